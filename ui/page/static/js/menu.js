// A menu that opens at a button: arrows, Home, End and first letters move in it, Esc and a click elsewhere close it.
import { el } from "./dom.js";

let open = null; // { close }
/** Close the menu that is open; false when none is. */
export function closeMenu() {
  if (!open) return false;
  open.close(true);
  return true;
}

/**
 * Open a menu at a button; a second press closes it. `items` are {label, act}, or {head} for a quiet line above some;
 * `danger` warns of one, `disabled` says why it can't be done.
 */
export function menu(opener, items, label) {
  if (open?.opener === opener) return void closeMenu();
  open?.close(false);
  const made = el("div", { class: "ap-menu", role: "menu", "aria-label": label, popover: "manual" },
    ...items.filter(Boolean).map(({ head, label: text, act, danger }) => head
      ? el("div", { class: "ap-menuhead", role: "presentation", text: head })
      : el("button", { type: "button", role: "menuitem", tabindex: -1, class: `ap-item${danger ? " ap-danger" : ""}`, text, on: { click: () => (close(true), act()) } })));
  const buttons = [...made.querySelectorAll("button")];
  const to = (place) => buttons.at(place % buttons.length)?.focus();

  function close(back) {
    open = null;
    made.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", away);
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus({ preventScroll: true });
  }
  const away = () => close(false);
  const outside = (event) => made.contains(event.target) || opener.contains(event.target) || close(false);

  made.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const at = buttons.indexOf(document.activeElement);
    const moves = { ArrowDown: () => to(at + 1), ArrowUp: () => to(at - 1), Home: () => to(0), End: () => to(-1), Escape: () => close(true), Tab: () => close(true) };
    const letter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (letter) {
      const next = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)].find((one) => one.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
      next?.focus();
    } else if (!moves[event.key]) return;
    else moves[event.key]();
    event.preventDefault();
    event.stopPropagation();
  });
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "true");
  (document.querySelector(".gradio-container") ?? document.body).append(made);
  made.showPopover(); // over the sidebar and whatever else lies on top
  below(made, opener.getBoundingClientRect());
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", away);
  open = { close, opener };
  to(0);
}

function below(floating, at) {
  const room = 6;
  const left = Math.min(at.left, innerWidth - floating.offsetWidth - room);
  const fits = at.bottom + floating.offsetHeight + room <= innerHeight;
  floating.style.left = `${Math.max(room, left)}px`;
  floating.style.top = `${fits ? at.bottom + 3 : Math.max(room, at.top - floating.offsetHeight - 3)}px`;
}
