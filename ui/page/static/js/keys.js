// Keys that work everywhere on the page. Letters do nothing while something is written, composed or held with Ctrl or Alt.
import { choose, desk, stop } from "./desk.js";
import { into } from "./dom.js";
import { closeHelp, help, single } from "./help.js";
import { closeMenu } from "./menu.js";
import { compose } from "./routes.js";
import { fresh } from "./sidebar.js";

const closers = [];
/**
 * Say what Esc closes: `work()` gives true when it closed something. What was said last is asked first, so what opened
 * last goes first. Gives what takes it back.
 */
export function closes(work) {
  closers.unshift(work);
  return () => closers.splice(closers.indexOf(work), 1);
}
closes(closeMenu);
closes(closeHelp);

const writes = (element) => element?.closest?.('input:not([type="checkbox"], [type="radio"], [type="button"]), textarea, select, [contenteditable=""], [contenteditable="true"], [role="textbox"], dialog, [role="dialog"], [role="menu"]');

const turns = () => [...document.querySelectorAll("#ap-transcript .ap-turn")];
/** The answer that is read: the chosen one while it is in sight, else the first that is. */
function read() {
  const from = Math.max(0, document.getElementById("ap-transcript").getBoundingClientRect().top);
  const sight = turns().filter((one) => {
    const { top, bottom } = one.getBoundingClientRect();
    return bottom > from + 8 && top < innerHeight - 8;
  });
  return sight.find((one) => one.dataset.exchange === desk.chosen) ?? sight[0] ?? turns().at(-1);
}
function step(by) {
  const all = turns();
  const next = all[all.indexOf(read()) + by];
  if (!next) return;
  choose(next.dataset.exchange);
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  into(next, "start");
}
const press = (name) => read()?.querySelector(`[data-do="${name}"]`)?.click();

const LETTERS = {
  "/": compose,
  n: fresh,
  j: () => step(1),
  k: () => step(-1),
  e: () => press("choose"),
  c: () => press("copy"),
  "?": help,
};

function escape() {
  if (closers.some((work) => work()) || !inSight()) return;
  for (const one of desk.path) if (!one.done) stop(one.id);
}

export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return escape();
    const act = LETTERS[event.key];
    if (!act || !single() || writes(event.target)) return;
    if (event.repeat && event.key !== "j" && event.key !== "k") return;
    if ("jkec".includes(event.key) && !inSight()) return;
    event.preventDefault();
    act();
  });
}

/** Answers can't be walked through, nor stopped, where they aren't seen. */
const inSight = () => document.getElementById("ap-transcript")?.checkVisibility();
