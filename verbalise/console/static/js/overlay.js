// The box of the followed vehicle and the instant, kept in step with the picture.

const LONGEST_GAP_S = 1; // between two observations farther apart than this, nothing is drawn

function between(boxes, at) {
  const after = boxes.findIndex(([t]) => t >= at);
  if (after === 0 && boxes[0][0] - at < 0.1) return boxes[0];
  if (after < 1) return null;
  const [before, next] = [boxes[after - 1], boxes[after]];
  const span = next[0] - before[0];
  if (span > LONGEST_GAP_S) return null;
  const share = span > 0 ? (at - before[0]) / span : 0;
  return before.map((value, place) => value + (next[place] - value) * share);
}

export function followBox(rect, boxes) {
  return (at) => {
    const box = between(boxes, at);
    rect.setAttribute("visibility", box ? "visible" : "hidden");
    if (!box) return;
    rect.setAttribute("x", box[1]);
    rect.setAttribute("y", box[2]);
    rect.setAttribute("width", box[3] - box[1]);
    rect.setAttribute("height", box[4] - box[2]);
  };
}

export function followInstant(tag, { starts, zone, camera, language }) {
  const start = Date.parse(starts);
  const parts = new Intl.DateTimeFormat("fr-FR", {
    timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const mark = language === "fr" ? "," : ".";
  return (at) => {
    const instant = new Date(start + at * 1000);
    const tenth = Math.floor((instant.getTime() % 1000) / 100);
    tag.textContent = `${camera} · ${parts.format(instant)}${mark}${tenth}`;
  };
}
