// One key per act. Keys rest while text is typed; in an open sheet only its numbers work.

export function isTyping(target) {
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)
    || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export function listen(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const sheet = document.querySelector("[popover]:popover-open");
    if (event.key === "Escape" && !sheet && isTyping(event.target)) event.target.blur();
    if (isTyping(event.target)) return;
    if (sheet) {
      choose(event, sheet);
      return;
    }
    if (event.key === " " && event.target.closest("button, input, summary")) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.repeat && !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    act();
  });
}

export function pick(root, number) {
  const field = root.querySelector(`[data-key="${number}"]:not(:disabled)`);
  if (field && !field.closest("fieldset:disabled")) field.click();
  return field;
}

function choose(event, sheet) {
  if (/^[1-9]$/.test(event.key)) {
    const field = pick(sheet, event.key);
    if (field) {
      event.preventDefault();
      field.focus();
      if (field.value === "other") sheet.querySelector("[name=remark], [name=text]")?.focus();
    }
  } else if (sheet.id === "help" && event.key === "?" || sheet.id === "zoom" && event.key.toLowerCase() === "z") {
    event.preventDefault();
    sheet.hidePopover();
  }
}
