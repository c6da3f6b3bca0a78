// The wall: every tile asks for its camera's newest keyframe, one after the other, while the page is looked at.

const everyMs = Number(document.getElementById("work").dataset.every) * 1000;

for (const picture of document.querySelectorAll(".tile img")) {
  const source = picture.getAttribute("src");
  let lost = false;
  const again = () => setTimeout(() => {
    if (document.hidden) again();
    else picture.src = `${source}&at=${Date.now()}`;
  }, everyMs);
  picture.addEventListener("load", () => { lost = false; again(); });
  picture.addEventListener("error", () => {
    if (lost) location.reload(); // signed out, or the camera is shut now: the page says which
    lost = true;
    again();
  });
  if (picture.complete) again();
}
