// Typed first, then compared: the machine's reading is asked of the server, which logs it.

const SHORTEST = 4;

export function guardPlate({ input, button, reading, form, after }) {
  let asked = false;

  async function reveal() {
    if (asked) return;
    asked = true;
    const answer = await ask(button.formAction, form).catch(() => null);
    if (!answer) {
      asked = false;
      reading.textContent = reading.dataset.away;
      return;
    }
    show(reading, answer);
    button.hidden = true;
    for (const [name, value] of [["typed_blind", answer.typed_blind], ["blind_seal", answer.blind_seal]]) {
      for (const field of document.getElementsByName(name)) field.value = value;
    }
  }

  input.addEventListener("keydown", (event) => {
    const leaves = (event.key === "Tab" && !event.shiftKey) || event.key === "Enter";
    if (!leaves || event.isComposing) return;
    if (event.key === "Tab" && input.value.trim().length < SHORTEST) return;
    event.preventDefault(); // Enter would otherwise send the finding
    if (input.value.trim().length < SHORTEST) return;
    if (button && !button.hidden) reveal();
    after.focus();
  });
  if (button) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      reveal();
      after.focus();
    });
  }
}

async function ask(url, form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(url, { method: "POST", body, headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function show(reading, { text, said, agrees }) {
  reading.replaceChildren();
  if (text) reading.append(element("b", "machine", text), " ");
  reading.append(said);
  if (agrees === null) return;
  reading.append(" · ", element("span", agrees ? "agrees" : "differs", agrees ? reading.dataset.agrees : reading.dataset.differs));
}

function element(name, style, text) {
  const made = document.createElement(name);
  made.className = style;
  made.textContent = text;
  return made;
}
