// Small things that every part needs: elements, clicks, a word to the reader, copying.
// Text gets onto the page as textContent, or as HTML that the server made and cleaned; never as HTML made here.

export const byId = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** An element: attributes by name (`text`, `html` from the server, `data`, `on` for events), then its children. */
export function el(tag, { text, html, data, on, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  Object.assign(made.dataset, data);
  for (const [kind, heard] of Object.entries(on ?? {})) made.addEventListener(kind, heard);
  if (text !== undefined) made.textContent = text;
  if (html !== undefined) made.innerHTML = html;
  made.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/** A button of the page; `act` is its name in `clicks`. What is written on it is in its name for screen readers, too. */
export function button(act, label, { title = label, ...more } = {}, ...children) {
  const parts = children.length || more.html ? children : [label];
  const written = parts.filter((one) => typeof one === "string").join(" ");
  const name = title.toLowerCase().includes(written.toLowerCase()) ? title : `${written}: ${title}`;
  return el("button", { type: "button", class: "ap-act", "aria-label": name, title, data: { do: act }, ...more }, ...parts);
}

/** Hear clicks on whatever says `data-do` inside of an element, now and later. */
export function clicks(element, actions) {
  element.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-do]");
    const action = pressed && element.contains(pressed) && actions[pressed.dataset.do];
    if (action) action(pressed, event);
  });
}

export const into = (element, block = "nearest") => element.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });

/** Call once nothing more has come for a while. */
export function later(work, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait);
  };
}

function box(id, attributes) {
  let found = byId(id);
  if (!found) document.body.append((found = el("div", { id, ...attributes })));
  return found;
}

/** A word to the reader, with what takes back what it tells of. */
export function toast(text, { undo, error = false } = {}) {
  const shown = box("ap-toast", { role: "status" });
  shown.replaceChildren(el("span", { text }));
  if (undo) {
    const taken = () => (shown.classList.remove("ap-on"), undo());
    shown.append(el("button", { type: "button", class: "ap-undo", text: "Undo", on: { click: taken } }));
  }
  shown.classList.toggle("ap-wrong", error);
  shown.classList.add("ap-on");
  clearTimeout(shown.timer);
  shown.timer = setTimeout(() => shown.classList.remove("ap-on"), undo || error ? 9000 : 2600);
}

/** For screen readers: what happened. */
export function say(text) {
  box("ap-said", { role: "status" }).textContent = text;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https beyond this machine there is no clipboard object.
    const area = el("textarea");
    const held = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    held?.focus?.({ preventScroll: true });
  }
  toast("Copied");
}

/** Hand a file to the reader. */
export function download({ name, text, type = "text/plain" }) {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// What a mark means, beside it and never cut off; the same text is its label for screen readers.
function tip(event) {
  const shown = box("ap-tip", { "aria-hidden": "true" });
  const mark = event.type === "pointerout" || event.type === "focusout" ? null : event.target.closest?.("[data-tip]");
  shown.hidden = !mark;
  if (!mark) return;
  shown.textContent = mark.dataset.tip;
  place(shown, mark.getBoundingClientRect());
}
for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) document.addEventListener(kind, tip);

/** Put a floating element above a place on the screen, below it where there is no room. */
export function place(floating, at) {
  const left = Math.min(Math.max(6, at.left + at.width / 2 - floating.offsetWidth / 2), innerWidth - floating.offsetWidth - 6);
  const above = at.top - floating.offsetHeight - 6;
  floating.style.left = `${left}px`;
  floating.style.top = `${Math.max(6, Math.min(above > 4 ? above : at.bottom + 6, innerHeight - floating.offsetHeight - 6))}px`;
}
