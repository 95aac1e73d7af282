// The library: found by meaning or listed, narrowed to a collection, a tag or a source.
import { askOnly, chooser, putBack, takeOut } from "./chosen.js";
import { groups, pick } from "./collections.js";
import { comparePapers } from "./compare.js";
import { desk, on, refresh } from "./desk.js";
import { button, clicks, el, later, toast } from "./dom.js";
import { last } from "./filters.js";
import { openPaper } from "./paper.js";
import { call, tried } from "./server.js";

const MOST = 20; // papers found by meaning at first
const MORE = 100; // that a press on 'show more' adds
const FEW = 5; // papers that hold the words, above those found by meaning
const PAGE = 50; // papers of a page
const SLOW = 300; // milliseconds from which on a reader is shown that work is under way
const EMPTY = "No papers yet. Drop files on ‘Add papers’, or click it: an export of Zotero, Scholar or PubMed will do.";

export function papers({ element }) {
  const sought = el("input", { type: "search", class: "ap-sought", placeholder: "Find by meaning, title, author, year", "aria-label": "Find papers" });
  const shown = el("div", { class: "ap-papersshown" });
  const inForce = el("div", { class: "ap-chips" });
  const narrowed = groups({ narrow: (bounds, label) => narrow(bounds, label), whole: (bounds, at) => ids({ bounds }).then((all) => all && pick("collection", all, at)) });
  const remove = (chosen) => (clear(), takeOut(chosen, refresh));
  const { bar, draw: drawChosen, clear } = chooser(shown, { more: { remove: ["Remove", remove] } });
  const shelves = el("details", { class: "ap-narrow", open: innerWidth > 860 }, el("summary", { text: "Collections, tags, sources" }), narrowed.element);
  element.replaceChildren(el("div", { class: "ap-all" }, shelves, el("div", { class: "ap-shelves" }, el("div", { class: "ap-finding" }, sought, bar), inForce, shown)));
  let at = { order: "added", descending: false, page: 0 };
  let bound = {};
  let named = ""; // what the library is narrowed to, in words
  let limit = MOST;
  let size = FEW;

  function narrow(bounds, label = "") {
    [bound, named] = [bounds, label];
    inForce.replaceChildren(...(label ? [el("span", { class: "ap-chip" }, el("span", { text: label }), el("button", { type: "button", class: "ap-unchip", "aria-label": `Show all papers, not only ${label}`, data: { do: "wide" }, text: "×" }))] : []));
    if (innerWidth <= 860) shelves.open = false;
    draw({ page: 0 });
  }

  const ids = async (sought) => (await tried("ids", sought))?.papers;
  /** What can be done with all papers of a list: `sought` says which. */
  function wholes(count, sought) {
    if (count < 2) return null;
    const acts = el("p", { class: "ap-wholes" }, button("askall", `Ask all ${count.toLocaleString("en")}`), button("compareall", "Compare all"), button("collectall", "Add all to a collection"));
    clicks(acts, {
      askall: async () => {
        if (!sought.text && !sought.query) return askOnly(null, "", bound);
        const all = await ids(sought);
        if (all) askOnly(all, `${sought.text || sought.query} (${all.length.toLocaleString("en")} papers)`);
      },
      compareall: async () => {
        const all = await ids(sought);
        if (all) comparePapers(all);
      },
      collectall: async (pressed) => {
        const all = await ids(sought);
        if (all) pick("collection", all, pressed, sought.text || sought.query);
      },
    });
    return acts;
  }

  /** Papers by meaning; while a reader types, what can't be searched for is a line in the list. */
  async function meaning(text) {
    try {
      return text.length > 2 ? await call("found", { query: text, bounds: bound, limit }) : null;
    } catch (error) {
      return { said: error.message };
    }
  }

  let asked = 0;
  async function draw(changed = {}) {
    at = { ...at, ...changed };
    const mine = ++asked;
    const text = sought.value.trim();
    const slow = setTimeout(() => shown.setAttribute("aria-busy", "true"), SLOW);
    const [listed, meant] = await Promise.all([tried("papers", { text, bounds: bound, ...at, size: text ? size : PAGE }), meaning(text)]);
    clearTimeout(slow);
    if (mine !== asked) return;
    shown.removeAttribute("aria-busy");
    if (!listed) return;
    const list = el("section", { html: listed.html });
    if (!text) shown.replaceChildren(...[named && wholes(listed.papers, { bounds: bound }), list, !listed.papers && empty()].filter(Boolean));
    else
      shown.replaceChildren(...[
        listed.papers > 0 && section("In title, authors or year", list, wholes(listed.papers, { text, bounds: bound })),
        meant?.html && section("By meaning", el("section", { html: meant.html }), meant.papers > 0 && wholes(meant.papers, { query: text, bounds: bound })),
        meant?.said && el("p", { class: "ap-empty", text: meant.said }),
        !listed.papers && !meant && el("p", { class: "ap-empty", text: "No title, author or year has these words. Write three letters or more to find papers by meaning." }),
      ].filter(Boolean));
    drawChosen();
  }
  const section = (title, list, acts) => el("div", { class: "ap-section" }, el("div", { class: "ap-sectionhead" }, el("h3", { text: title }), acts), list);
  const empty = () => el("p", { class: "ap-empty", role: "status", text: named ? `There is no paper in ${named}.` : EMPTY });

  sought.addEventListener("input", later(() => (([limit, size] = [MOST, FEW]), draw({ page: 0 })), 120));
  shown.addEventListener("change", ({ target }) => {
    if (!target.matches(".ap-order")) return;
    const [order, descending] = target.value.split(" ");
    draw({ order, descending: descending === "true", page: 0 }).then(() => shown.querySelector(".ap-order")?.focus());
  });
  clicks(element, {
    page: (pressed) => draw({ page: Number(pressed.dataset.page) }).then(() => shown.scrollIntoView({ block: "nearest" })),
    open: (pressed) => openPaper(Number(pressed.dataset.paper), pressed),
    all: () => ((limit += MORE), draw()),
    named: () => ((size = PAGE), draw()),
    wide: () => narrowed.clear(),
  });
  narrowed.element.addEventListener("askpapers:source", async ({ detail: source }) => {
    const told = await tried("remove_source", { source });
    if (!told) return;
    narrowed.clear();
    const gone = told.papers === 1 ? "1 paper that came from nowhere else" : `${told.papers.toLocaleString("en")} papers that came from nowhere else`;
    toast(`${last(source)} is removed, with ${gone}`, { undo: () => putBack(told.undo, refresh) });
    await refresh();
  });
  const anew = () => {
    bar.querySelector('[data-do="remove"]').hidden = Boolean(desk.about?.samples);
    draw();
    narrowed.look();
  };
  on("about", anew);
  on("groups", anew);
  on("noted", () => draw());
  anew();
}
