// Addresses: #/c/ID a conversation, #/paper/ID a paper, #/library, #/compare, #/map, #/runs a tab. Back and Forward work.
import { desk, on, open } from "./desk.js";
import * as store from "./store.js";

const TABS = { ask: "Ask", library: "Library", compare: "Compare", map: "Map", runs: "Runs" };
const handlers = new Map();
/** Say what an address like #/paper/7 does: `handle(rest)`. */
export const handle = (kind, work) => handlers.set(kind, work);

export const tabs = () => [...document.querySelectorAll('#ap-tabs [role="tab"]')];
export const tabShown = () => Object.keys(TABS).find((name) => tabs().find((one) => one.textContent.trim() === TABS[name])?.ariaSelected === "true");
/** Turn to a tab. */
export function turn(name) {
  const wanted = tabs().find((one) => one.textContent.trim() === TABS[name]);
  if (wanted && wanted.ariaSelected !== "true") wanted.click();
}

/** Go to an address; the same one again goes nowhere. `replace`: Back doesn't come here. */
export function route(address, { replace = false } = {}) {
  if (location.hash === address || (!location.hash && address === "#/")) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
}

async function follow() {
  const [kind = "", rest = ""] = location.hash.replace(/^#\/?/, "").split(/\/(.*)/s);
  if (handlers.has(kind)) return handlers.get(kind)(decodeURIComponent(rest));
  if (kind === "c") {
    if (desk.id !== rest && !(await open(rest))) route("#/", { replace: true });
    return turn("ask");
  }
  if (kind in TABS) return turn(kind);
  if (desk.id) await open(null);
  turn("ask");
}

/** At the start: what the address names, or the conversation that was read last in this tab. */
export async function start(library) {
  addEventListener("popstate", follow);
  if (location.hash.length > 2) await follow();
  if (!desk.id) {
    const last = sessionStorage.getItem("askpapers.current");
    const there = last && (await store.read(last));
    if (there?.conversation.library === library && !there.conversation.deleted) await open(last);
  }
  document.addEventListener("click", (event) => {
    const tab = event.target.closest('#ap-tabs [role="tab"]');
    const name = tab && Object.keys(TABS).find((one) => TABS[one] === tab.textContent.trim());
    if (name) route(name === "ask" ? (desk.id ? `#/c/${desk.id}` : "#/") : `#/${name}`);
  });
  on("opened", () => tabShown() === "ask" && route(desk.id ? `#/c/${desk.id}` : "#/"));
}
