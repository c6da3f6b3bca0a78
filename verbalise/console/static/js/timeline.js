// The cursor on the line of time, and seeking by pointing at it.

export function followCursor(cursor, line) {
  const { starts, duration } = numbers(line);
  cursor.setAttribute("visibility", "visible");
  return (at) => {
    const share = `${(100 * (at - starts)) / duration}%`;
    cursor.setAttribute("x1", share);
    cursor.setAttribute("x2", share);
  };
}

export function seekByPointing(scale, line, seek) {
  const { starts, duration } = numbers(line);
  const go = (event) => {
    const area = scale.getBoundingClientRect();
    seek(starts + (duration * (event.clientX - area.left)) / area.width);
  };
  scale.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    scale.setPointerCapture(event.pointerId);
    go(event);
  });
  scale.addEventListener("pointermove", (event) => {
    if (scale.hasPointerCapture(event.pointerId)) go(event);
  });
}

function numbers(line) {
  return { starts: Number(line.dataset.starts), duration: Number(line.dataset.duration) };
}
