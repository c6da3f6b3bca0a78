// The clip: play, single frames, the instant of the facts, a loop around it, and how long it was really played.

const LEAD_S = 4; // the first play starts this long before the facts, so that the approach is seen
const LOOP_S = 1.5;
const LONGEST_STEP_S = 1; // a longer jump between two shown pictures is a seek, not playing

export class Player {
  constructor(video, { frame, fact, viewed }) {
    this.video = video;
    this.frame = frame;
    this.fact = fact + frame / 2; // the middle of a frame: no rounding shows its neighbour
    this.viewed = viewed;
    this.shown = 0;
    this.target = null; // where a seek is going: steps taken meanwhile count from there
    this.looping = false;
    this.fresh = true;
    this.listeners = [];
    video.controls = false;
    video.addEventListener("click", () => this.toggle());
    video.addEventListener("loadedmetadata", () => this.seek(this.fact), { once: true });
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) this.seek(this.fact);
    this.watch();
  }

  onTime(listener) {
    this.listeners.push(listener);
  }

  // Follows the pictures that are really on screen, by their own time stamps where the browser tells them.
  watch() {
    if (this.video.requestVideoFrameCallback) {
      const next = (_, picture) => {
        this.show(picture.mediaTime);
        this.video.requestVideoFrameCallback(next);
      };
      this.video.requestVideoFrameCallback(next);
      return;
    }
    for (const event of ["timeupdate", "seeked"]) {
      this.video.addEventListener(event, () => this.show(this.video.currentTime));
    }
  }

  show(at) {
    const played = at - this.shown;
    if (!this.video.paused && played > 0 && played < LONGEST_STEP_S) this.viewed += played;
    this.shown = at;
    if (!this.video.seeking) this.target = null;
    for (const listener of this.listeners) listener(at);
    if (this.looping && !this.video.paused && at > this.fact + LOOP_S) this.seek(this.fact - LOOP_S);
  }

  toggle() {
    if (!this.video.paused) {
      this.video.pause();
      return;
    }
    if (this.fresh) this.seek(this.fact - LEAD_S);
    this.play();
  }

  play() {
    this.fresh = false;
    this.video.play().catch(() => {}); // interrupted by a pause or a new page: nothing to tell
  }

  step(frames) {
    this.stop();
    const from = this.target ?? this.shown + this.frame / 2;
    this.seek(from + frames * this.frame);
  }

  toFacts() {
    this.stop();
    this.seek(this.fact);
  }

  stop() {
    this.video.pause();
    this.fresh = false;
  }

  loop() {
    this.looping = !this.looping;
    if (this.looping) {
      this.seek(this.fact - LOOP_S);
      this.play();
    }
    return this.looping;
  }

  seek(seconds) {
    const end = Number.isFinite(this.video.duration) ? this.video.duration - this.frame / 2 : seconds;
    this.target = Math.max(0, Math.min(seconds, end));
    this.video.currentTime = this.target;
  }
}
