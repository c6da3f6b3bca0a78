// The case page: joins the player, what is drawn over it, the time line, the plate and the keys.

import { listen, pick } from "./keys.js";
import { followBox, followInstant } from "./overlay.js";
import { guardPlate } from "./plate.js";
import { Player } from "./player.js";
import { followCursor, seekByPointing } from "./timeline.js";

const by = (id) => document.getElementById(id);
const stage = by("stage");
const work = by("work");
const memory = `viewed ${location.pathname}`; // survives taking the case, which loads the page anew
const player = makePlayer();

function makePlayer() {
  const video = by("clip");
  if (!video) return null;
  const made = new Player(video, {
    frame: Number(stage.dataset.frame),
    fact: Number(stage.dataset.fact),
    viewed: Number(sessionStorage.getItem(memory) ?? 0),
  });
  if (by("box")) made.onTime(followBox(by("box"), JSON.parse(stage.dataset.boxes)));
  made.onTime(followInstant(by("instant"), stage.dataset));
  made.onTime(followCursor(by("cursor"), by("timeline")));
  seekByPointing(by("scale"), by("timeline"), (at) => made.seek(at));
  return made;
}

function press(act, on) {
  document.querySelector(`[data-act="${act}"]`)?.setAttribute("aria-pressed", String(on));
}

const playing = {
  play: () => player?.toggle(),
  back: () => player?.step(-1),
  on: () => player?.step(1),
  facts: () => player?.toFacts(),
  loop: () => player && press("loop", player.loop()),
  overlays: () => press("overlays", !stage.classList.toggle("bare")),
  zoom: () => by("zoom")?.showPopover(),
  help: () => by("help").showPopover(),
};

const go = (where) => () => { if (where) location.assign(where); };
const click = (...ids) => () => ids.map(by).find((button) => button && !button.disabled)?.click();

listen({
  " ": playing.play,
  ArrowLeft: playing.back,
  ArrowRight: playing.on,
  g: playing.facts,
  l: playing.loop,
  o: playing.overlays,
  z: playing.zoom,
  "?": playing.help,
  i: () => { by("plate").focus(); by("plate").select(); },
  p: click("act-take", "act-release"),
  c: click("act-find"),
  t: click("act-refer"),
  e: click("act-reject"),
  s: click("act-second"),
  a: click("act-alert"),
  n: go(work.dataset.next),
  j: go(work.dataset.next),
  k: go(work.dataset.previous),
  ...Object.fromEntries([..."123456789"].map((number) => [number, () => pick(by("find"), number)])),
});

for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => playing[button.dataset.act]());
}

for (const sheet of document.querySelectorAll("[popover]")) {
  sheet.addEventListener("toggle", (event) => {
    // The event comes late: a quick hand may already be on a reason.
    if (event.newState !== "open" || sheet.contains(document.activeElement)) return;
    sheet.querySelector("[data-first], input:checked, input[type=radio]")?.focus();
  });
}

const otherReason = document.querySelector("#reject-form [value=other]");
otherReason?.form.addEventListener("change", () => {
  otherReason.form.elements.remark.required = otherReason.checked;
});

let sent = false;
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    if (!player) return;
    sessionStorage.setItem(memory, String(player.viewed));
    for (const field of document.getElementsByName("viewed_s")) field.value = player.viewed.toFixed(1);
  });
}
// A page that the browser brings back from its memory may send again: the server knows the page.
addEventListener("pageshow", () => { sent = false; });

guardPlate({
  input: by("plate"),
  button: by("reveal"),
  reading: by("reading"),
  form: by("find"),
  after: by("find").querySelector("[name=elements]") ?? by("act-find") ?? by("act-refer"),
});

by("refusal")?.focus();
document.querySelector(".line[aria-current]")?.scrollIntoView({ block: "nearest" });
