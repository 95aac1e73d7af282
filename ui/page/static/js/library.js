// The library: found by meaning or listed as a table, narrowed to a collection, a tag or a source.
import { chooser, putBack, takeOut } from "./chosen.js";
import { groups } from "./collections.js";
import { on, refresh } from "./desk.js";
import { clicks, el, later, toast } from "./dom.js";
import { openPaper } from "./paper.js";
import { route } from "./routes.js";
import { tried } from "./server.js";

const MOST = 20; // papers found by meaning at first
const SLOW = 300; // milliseconds from which on a reader is shown that work is under way

export function papers({ element }) {
  const sought = el("input", { type: "search", class: "ap-sought", placeholder: "Find papers by meaning, title, author or year", "aria-label": "Find papers" });
  const shown = el("div", { class: "ap-papersshown" });
  const narrowed = groups({ narrow: (bounds) => ((bound = bounds), draw({ page: 0 })) });
  const { bar, draw: drawChosen, clear } = chooser(shown, {
    more: { remove: ["Remove", (ids) => (clear(), takeOut(ids, refresh))] },
  });
  element.replaceChildren(
    el("div", { class: "ap-finding" }, sought), bar,
    el("div", { class: "ap-shelves" }, el("details", { class: "ap-narrow", open: innerWidth > 860 }, el("summary", { text: "Collections, tags, sources" }), narrowed.element), shown));
  let at = { order: "added", descending: false, page: 0 };
  let bound = {};
  let limit = MOST;

  let asked = 0;
  async function draw(changed = {}) {
    at = { ...at, ...changed };
    const mine = ++asked;
    const text = sought.value.trim();
    const slow = setTimeout(() => shown.setAttribute("aria-busy", "true"), SLOW);
    const [named, meant] = await Promise.all([
      tried("papers", { text, bounds: bound, ...at }),
      text.length > 2 ? tried("found", { query: text, bounds: bound, limit }) : null,
    ]);
    clearTimeout(slow);
    if (mine !== asked || !named) return;
    shown.removeAttribute("aria-busy");
    const table = el("section", { html: named.html });
    if (!text) shown.replaceChildren(table);
    else
      shown.replaceChildren(...[
        named.papers > 0 && el("h3", { text: `In title, authors or year (${named.papers.toLocaleString("en")})` }), named.papers > 0 && table,
        meant && el("h3", { text: "By meaning" }), meant && el("section", { html: meant.html }),
        !named.papers && !meant && el("p", { class: "ap-empty", text: "No paper has these words." }),
      ].filter(Boolean));
    drawChosen();
  }

  sought.addEventListener("input", later(() => ((limit = MOST), draw({ page: 0 })), 180));
  clicks(shown, {
    sort: (pressed) => draw({ order: pressed.dataset.order, descending: pressed.dataset.descending === "true", page: 0 }),
    page: (pressed) => draw({ page: Number(pressed.dataset.page) }),
    open: (pressed) => (route(`#/paper/${pressed.dataset.paper}`), openPaper(Number(pressed.dataset.paper))),
    all: () => ((limit = 100), draw()),
  });
  narrowed.element.addEventListener("askpapers:source", async ({ detail: source }) => {
    const told = await tried("remove_source", { source });
    if (!told) return;
    bound = {};
    toast(`${source.split(/[/\\]/).at(-1)} is removed: ${told.papers.toLocaleString("en")} papers that came from nowhere else went with it`, { undo: () => putBack(told.undo, refresh) });
    await refresh();
  });
  on("about", () => (draw(), narrowed.look()));
  on("groups", () => (draw(), narrowed.look()));
  draw();
  narrowed.look();
}
