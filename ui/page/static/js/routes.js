// Addresses: #/c/ID a conversation, #/c/ID/EXCHANGE an answer in it, #/paper/ID a paper, #/library, #/map ... a tab.
// Back and Forward work; what is shown is always what the address says.
import { desk, jump, known, looked, on, open } from "./desk.js";
import { toast } from "./dom.js";
import * as store from "./store.js";

const HOME = "ask"; // the tab whose address is that of its conversation
const handlers = new Map();
/**
 * Say what an address like #/paper/7 does: `handle(rest)`, which may give (a promise of) the title of what it shows, or
 * false when that isn't there.
 */
export const handle = (kind, work) => handlers.set(kind, work);

export const tabs = () => [...document.querySelectorAll('#ap-tabs [role="tab"]')];
const nameOf = (tab) => tab.textContent.trim().toLowerCase().replace(/\s+/g, "-");
const tabNamed = (name) => tabs().find((one) => nameOf(one) === name);
const shown = () => tabs().find((one) => one.ariaSelected === "true");
export const tabShown = () => shown() && nameOf(shown());

let moving = false; // an address is being followed: it is there already
/** Turn to a tab. */
export function turn(name) {
  const wanted = tabNamed(name);
  if (!wanted || wanted.ariaSelected === "true") return;
  const before = moving;
  moving = true;
  wanted.click();
  moving = before;
  requestAnimationFrame(title);
}

/** Turn to where questions are written; the focus gets there once it is seen. */
export function compose() {
  turn(HOME);
  const area = document.querySelector("#ap-composer textarea");
  area?.focus();
  if (document.activeElement !== area) requestAnimationFrame(() => requestAnimationFrame(() => area?.focus()));
}

/** Go to an address; the same one again goes nowhere. `replace`: Back doesn't come here. */
export function route(address, { replace = false } = {}) {
  if (location.hash === address || (!location.hash && address === "#/")) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  special = null;
  title();
}

/** Go to an address and show what it names. */
export async function go(address) {
  route(address);
  await follow();
}

const here = () => (desk.id ? `#/c/${desk.id}` : "#/");
let special = null; // the title of what a handler shows

/** What the window is called: what is read in it. */
function title() {
  const tab = tabShown();
  const name = special ?? (tab && tab !== HOME ? shown().textContent.trim() : desk.conversation?.title);
  document.title = name ? `${name} · Askpapers` : "Askpapers";
}

/** An address that names nothing: say so, and go to what is sensible. */
async function astray(line, address, { tab = HOME, undo } = {}) {
  toast(line, { error: !undo, undo });
  route(address, { replace: true });
  if (tab === HOME && address === "#/" && desk.id) await open(null);
  turn(tab);
}

let steps = 0;
async function follow() {
  const mine = ++steps;
  moving = true;
  special = null;
  document.body.classList.remove("ap-sheet");
  try {
    await show(location.hash.replace(/^#\/?/, ""), () => mine === steps);
  } finally {
    if (mine === steps) moving = false;
    title();
  }
}

async function show(address, current) {
  const [kind, rest = ""] = address.split(/\/(.*)/s);
  if (kind === "c") return conversation(rest.split("/"), current);
  if (handlers.has(kind)) {
    const found = await handlers.get(kind)(plain(rest));
    if (!current()) return undefined;
    if (found === false) return astray(`There is no ${kind} of the address ${location.hash.slice(0, 80)} any more.`, "#/library", { tab: "library" });
    special = typeof found === "string" ? found : null;
    return undefined;
  }
  if (!kind || kind === HOME) {
    if (desk.id) await open(null);
    return current() && turn(HOME);
  }
  if (tabNamed(kind)) return turn(kind);
  return astray(`There is nothing at the address ${location.hash.slice(0, 80)}.`, "#/");
}

async function conversation([id, exchange = ""], current) {
  const { library } = await known;
  const found = await store.read(id);
  if (!current()) return;
  if (!found) return void (await astray("The conversation of this address isn't in this browser.", "#/"));
  if (found.conversation.library !== library) return void (await astray("The conversation of this address is about another library.", "#/"));
  if (found.conversation.deleted) {
    const undo = async () => (await store.restore([id]), await go(`#/c/${id}`));
    return void (await astray("The conversation of this address was deleted.", "#/", { undo }));
  }
  turn(HOME);
  if (desk.id !== id) await open(id);
  if (exchange && current() && !(await jump(exchange))) await astray("The answer of this address isn't in this conversation any more.", `#/c/${id}`);
}

function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** At the start: what the address names, or the conversation that was read last in this tab. */
export async function start(library) {
  addEventListener("popstate", follow);
  on("opened", () => {
    if (!moving && tabShown() === HOME) route(here());
    title();
  });
  on("listed", title);
  on("changed", title);
  const named = location.hash.length > 2;
  moving = true;
  if (!named || !location.hash.startsWith("#/c/")) {
    const last = store.pocket.get("askpapers.current", () => sessionStorage);
    const there = last && (await store.read(last));
    if (there?.conversation.library === library && !there.conversation.deleted) await open(last);
  }
  moving = false;
  if (named) await follow();
  else route(here(), { replace: true });
  title();
  document.addEventListener("click", (event) => {
    const tab = event.target.closest('#ap-tabs [role="tab"]');
    if (!tab || moving) return;
    special = null;
    route(nameOf(tab) === HOME ? here() : `#/${nameOf(tab)}`);
    requestAnimationFrame(() => (title(), looked()));
  });
}
