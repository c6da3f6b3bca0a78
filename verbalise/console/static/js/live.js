// One camera large. The page reads the stream's parts itself, so that a mark names the picture that was on screen.

import { listen } from "./keys.js";

const SPOT_MS = 5_000; // a spot points into one picture: left unused, it goes
const by = (id) => document.getElementById(id);
const canvas = by("live");
const state = by("state");
const form = by("mark");
let shown = ""; // number of the picture on screen, empty while there is none
let spotTimer = 0;

async function* parts(body) {
  const reader = body.getReader();
  let held = new Uint8Array();
  const until = async (length) => {
    while (held.length < length) {
      const { value, done } = await reader.read();
      if (done) return false;
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      held = joined;
    }
    return true;
  };
  const take = (length) => {
    const taken = held.slice(0, length);
    held = held.slice(length);
    return taken;
  };
  const text = (bytes) => new TextDecoder("latin1").decode(bytes);
  while (await until(1)) {
    let end;
    while ((end = text(held.slice(0, 1024)).indexOf("\r\n\r\n")) < 0) if (!await until(held.length + 1)) return;
    const head = new Headers(text(take(end + 4)).split("\r\n").filter((line) => line.includes(": ")).map((line) => line.split(": ")));
    const length = Number(head.get("content-length"));
    if (!await until(length + 2)) return;
    const data = take(length);
    take(2);
    yield { head, data };
  }
}

async function watch() {
  const answer = await fetch(canvas.dataset.source);
  if (!answer.ok) return;
  for await (const { head, data } of parts(answer.body)) {
    const picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
    if (canvas.width !== picture.width || canvas.height !== picture.height) {
      canvas.width = picture.width;
      canvas.height = picture.height;
    }
    canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    shown = head.get("x-frame") ?? "";
    canvas.dataset.frame = shown;
    tellAge(head.get("x-age-ms"));
  }
}

function tellAge(ageMs) {
  const isLive = ageMs !== null && Number(ageMs) <= 5000;
  state.className = isLive ? "state is-live" : "state is-late";
  const seconds = (Number(ageMs) / 1000).toFixed(0);
  const text = ageMs === null ? state.dataset.none : (isLive ? state.dataset.live : state.dataset.late).replace("#", seconds);
  if (state.textContent !== text) state.textContent = text;
}

function clearSpot() {
  clearTimeout(spotTimer);
  by("spot").hidden = true;
  for (const name of ["frame", "x", "y"]) form.elements[name].value = "";
}

function point(event) {
  if (!shown) return;
  const area = canvas.getBoundingClientRect();
  const [x, y] = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  clearSpot();
  form.elements.frame.value = shown; // the picture pointed at is the one that is marked
  form.elements.x.value = x.toFixed(4);
  form.elements.y.value = y.toFixed(4);
  Object.assign(by("spot").style, { left: `${x * 100}%`, top: `${y * 100}%` });
  by("spot").hidden = false;
  spotTimer = setTimeout(clearSpot, SPOT_MS);
}

function say(text, isRefused) {
  by("said").className = isRefused ? "refusal" : "notice";
  by("said").textContent = text;
}

async function send(event) {
  event.preventDefault();
  clearTimeout(spotTimer);
  if (!form.elements.frame.value) form.elements.frame.value = shown;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  clearSpot();
  const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => null);
  const said = answer?.headers.get("content-type")?.startsWith("application/json") ? (await answer.json()).said : state.dataset.lost;
  say(said, !answer?.ok);
}

const mark = (number) => () => form?.querySelector(`[data-key="${number}"]`)?.click();
listen({ a: () => by("act-alert").click(), ...Object.fromEntries([..."123456789"].map((number) => [number, mark(number)])) });

if (canvas) {
  watch().catch(() => {}).then(() => {
    shown = "";
    state.className = "state is-late";
    state.textContent = state.dataset.lost;
  });
}
if (canvas && form) {
  canvas.addEventListener("click", point);
  form.addEventListener("submit", send);
}
