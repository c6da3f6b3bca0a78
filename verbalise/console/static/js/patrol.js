// Alerts as they come. The live line only says that something changed; the list itself is asked for,
// and asked for again every 15 seconds in case the line is dead without knowing it.

const ASK_MS = 15_000;
const RECONNECT_MS = 5_000;
const AGE_MS = 5_000;
const by = (id) => document.getElementById(id);
const state = by("line");
const ages = by("ages").dataset;
let ahead = clockAhead(); // a phone's clock may be wrong: ages count from the console's

function clockAhead() {
  return Date.now() - Date.parse(by("alerts").dataset.now);
}

function line(on) {
  state.className = on ? "on" : "off";
  const text = on ? state.dataset.on : state.dataset.off;
  if (state.textContent !== text) state.textContent = text;
}

async function refresh() {
  try {
    const answer = await fetch(`/patrol/alerts?seen=${by("alerts").dataset.version}`);
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 200) replace(await answer.text());
    return true;
  } catch {
    line(false);
    return false;
  }
}

function replace(html) {
  const known = new Set([...document.querySelectorAll(".alert")].map((alert) => alert.id));
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("alerts");
  const focused = document.activeElement?.closest(".alert")?.id;
  by("alerts").replaceWith(fresh);
  ahead = clockAhead();
  if (focused) by(focused)?.querySelector("button")?.focus();
  const news = [...fresh.querySelectorAll(".alert.open")].filter((alert) => !known.has(alert.id));
  if (news.length) announce(news);
  tellAges();
}

function announce(news) {
  const said = by("news");
  said.textContent = news.map((alert) => `${said.dataset.said} ${alert.querySelector("h2").textContent}`).join(". ");
  navigator.vibrate?.([180, 80, 180]);
}

function tellAges() {
  for (const time of document.querySelectorAll("time.age")) {
    const seconds = Math.max(0, Math.floor((Date.now() - ahead - Date.parse(time.dateTime)) / 1000));
    const [words, n] = seconds < 60 ? [ages.seconds, seconds]
      : seconds < 3600 ? [ages.minutes, Math.floor(seconds / 60)] : [ages.hours, Math.floor(seconds / 3600)];
    time.textContent = words.replace("#", n);
  }
}

function connect() {
  const source = new EventSource("/patrol/events");
  source.addEventListener("open", () => line(true));
  source.addEventListener("alerts", refresh);
  source.addEventListener("signed-out", () => location.reload());
  source.addEventListener("error", () => {
    line(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  });
}

connect();
setInterval(refresh, ASK_MS);
setInterval(tellAges, AGE_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
