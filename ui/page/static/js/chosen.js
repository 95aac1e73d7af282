// The papers that are chosen by their checkboxes, wherever papers are listed, and what can be done with them.
import { desk, setBounds } from "./desk.js";
import { button, clicks, el, toast } from "./dom.js";
import { pick } from "./collections.js";
import { comparePapers } from "./compare.js";
import { compose, route } from "./routes.js";
import { tried } from "./server.js";

/** Ask only these papers from now on (null: no choice of single ones), under other filters if given; chips beside the composer say so. */
export function askOnly(papers, label, bounds = desk.bounds) {
  setBounds({ ...bounds, papers: papers ?? [], label });
  route(desk.id ? `#/c/${desk.id}` : "#/");
  compose();
}

const papersOf = (count) => (count === 1 ? "1 paper" : `${count.toLocaleString("en")} papers`);

/** A bar of what can be done with the papers chosen in a list; `more` adds actions {act: [label, work(ids)]}. */
export function chooser(list, { more = {}, changed = () => {} } = {}) {
  const chosen = new Set();
  const count = el("span", { class: "ap-count", role: "status" });
  const works = {
    askthese: ["Ask these", (ids) => askOnly(ids, `${papersOf(ids.length)} chosen`)],
    collect: ["Add to collection", (ids, at) => pick("collection", ids, at)],
    compare: ["Compare", (ids) => comparePapers(ids)],
    tag: ["Tag", (ids, at) => pick("tag", ids, at)],
    ...more,
  };
  const bar = el("div", { class: "ap-chosenbar", role: "toolbar", "aria-label": "The papers chosen", hidden: true }, count,
    ...Object.entries(works).map(([act, [label]]) => button(act, label)), button("none", "Choose none", {}, "×"));

  function draw() {
    bar.hidden = !chosen.size;
    count.textContent = `${papersOf(chosen.size)} chosen`;
    const boxes = [...list.querySelectorAll(".ap-pick input[value]")];
    for (const every of list.querySelectorAll(".ap-pick input:not([value])")) every.checked = boxes.length > 0 && boxes.every((one) => chosen.has(Number(one.value)));
    for (const box of boxes) {
      box.checked = chosen.has(Number(box.value));
      box.closest("[data-paper]")?.classList.toggle("ap-picked", box.checked);
    }
    changed(chosen);
  }
  list.addEventListener("change", ({ target }) => {
    if (!target.matches(".ap-pick input")) return;
    const boxes = target.hasAttribute("value") ? [target] : [...list.querySelectorAll(".ap-pick input[value]")];
    for (const box of boxes) target.checked ? chosen.add(Number(box.value)) : chosen.delete(Number(box.value));
    draw();
  });
  clicks(bar, {
    none: () => (chosen.clear(), draw()),
    ...Object.fromEntries(Object.entries(works).map(([act, [, work]]) => [act, (pressed) => work([...chosen], pressed)])),
  });
  return { bar, chosen, draw, clear: () => (chosen.clear(), draw()) };
}

/** What can be done with some papers that aren't chosen one by one, as buttons: those that an answer cites, say. */
export function actsOn(papers, label = `${papersOf(papers.length)} chosen`) {
  const acts = el("p", { class: "ap-wholes" }, button("askall", papers.length === 1 ? "Ask this paper" : "Ask these"),
    ...(papers.length > 1 ? [button("compareall", "Compare")] : []), button("collectall", "Add to collection"));
  clicks(acts, {
    askall: () => askOnly(papers, label),
    compareall: () => comparePapers(papers),
    collectall: (pressed) => pick("collection", papers, pressed),
  });
  return acts;
}

/** Take papers out of the library, with a way back. */
export async function takeOut(papers, done) {
  const told = await tried("take_out", { papers });
  if (!told) return;
  toast(`${papersOf(told.papers)} removed`, { undo: () => putBack(told.undo, done) });
  await done();
}

export async function putBack(undo, done) {
  const told = await tried("put_back", { undo });
  if (!told) return;
  toast(`${papersOf(told.papers)} back`);
  await done();
}
