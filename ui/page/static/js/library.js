// The library: its papers as a table, and one opened.
import { on, refresh } from "./desk.js";
import { byId, clicks, copy, el, later } from "./dom.js";
import { handle, route, turn } from "./routes.js";
import { tried } from "./server.js";

let opening = null; // the paper to show once the part is there
const shown = new Set();
/** Open a paper beside the table. */
export async function openPaper(paper) {
  opening = paper;
  for (const show of shown) await show(paper);
}
handle("paper", (id) => (turn("library"), openPaper(Number(id))));

export function papers({ element }) {
  const sought = el("input", { type: "search", class: "ap-sought", placeholder: "Find papers: words of title, authors, year", "aria-label": "Find papers" });
  const table = el("div", { class: "ap-table" });
  element.replaceChildren(sought, table);
  let at = { order: "added", descending: false, page: 0 };

  let asked = 0;
  async function draw(changed = {}) {
    at = { ...at, ...changed };
    const mine = ++asked;
    const told = await tried("papers", { text: sought.value, ...at });
    if (told && mine === asked) table.innerHTML = told.html;
  }
  sought.addEventListener("input", later(() => draw({ page: 0 }), 120));
  clicks(element, {
    sort: (pressed) => draw({ order: pressed.dataset.order, descending: pressed.dataset.descending === "true", page: 0 }),
    page: (pressed) => draw({ page: Number(pressed.dataset.page) }),
    open: (pressed) => (route(`#/paper/${pressed.dataset.paper}`), openPaper(Number(pressed.dataset.paper))),
  });
  on("about", () => draw());
  draw();
}

export function opened({ element }) {
  async function show(paper) {
    const told = await tried("paper", { paper });
    if (told) element.innerHTML = told.html;
  }
  shown.add(show);
  clicks(element, {
    remove: async (pressed) => {
      const told = await tried("remove", { paper: Number(pressed.dataset.paper) });
      if (told) element.innerHTML = told.html;
      await refresh();
    },
  });
  if (opening !== null) show(opening);
}
