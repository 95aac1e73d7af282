// Papers side by side: rows are papers, columns what the reader asks of each; every cell is a quote or says its standing.
// Tables are kept in this browser, so that one that was made is there on return.
import { desk, known } from "./desk.js";
import { button, clicks, copy, download, el, later, toast } from "./dom.js";
import { handle, route, turn } from "./routes.js";
import { call, Gone, returned, tried } from "./server.js";
import { newId } from "./store.js";

const FIRST = ["task", "method", "data", "result", "limitation"]; // columns to begin with
const MOST = 100; // papers of a table, as the library has it
const KEPT = 20; // tables of this browser
const SLOT = "askpapers.tables";

let papers = []; // those to compare next
let show = null;

/** Compare papers: the tab opens with them. */
export function comparePapers(ids) {
  papers = ids.slice(0, MOST);
  if (ids.length > MOST) toast(`The first ${MOST} of ${ids.length.toLocaleString("en")} papers are compared`);
  route("#/compare");
  turn("compare");
  show?.(null);
}
handle("compare", (id) => (turn("compare"), show?.(id || null)));

// --- tables in this browser: small, so one entry for all of them

const load = () => JSON.parse(localStorage.getItem(SLOT) ?? "[]");
function keep(table) {
  let all = [table, ...load().filter((one) => one.id !== table.id)].slice(0, KEPT);
  for (; all.length; all = all.slice(0, -1)) {
    try {
      return localStorage.setItem(SLOT, JSON.stringify(all));
    } catch {} // full: without the oldest one
  }
}

export function compare({ element }) {
  const names = el("input", { type: "text", class: "ap-sought", "aria-label": "Add a column", placeholder: "Add a column: a word, or a question to each paper", list: "ap-usual" });
  const usual = el("datalist", { id: "ap-usual" });
  const chips = el("div", { class: "ap-chips" });
  const which = el("p", { class: "ap-count", role: "status" });
  const start = el("button", { type: "button", class: "ap-main", data: { do: "compare" }, text: "Compare" });
  const filter = el("input", { type: "search", class: "ap-tablefilter", "aria-label": "Only rows with", placeholder: "Only rows with …" });
  const acts = el("div", { class: "ap-feet", hidden: true }, filter,
    button("stop", "Stop", { hidden: true }), button("csv", "Save as CSV"), button("markdown", "Save as Markdown"), button("copy", "Copy as Markdown"));
  const status = el("div", { role: "status" });
  const grid = el("div", { class: "ap-compared", tabindex: 0, role: "region", "aria-label": "Comparison" });
  const older = el("details", { class: "ap-older" });
  element.replaceChildren(which, chips, el("form", { class: "ap-columnform" }, names, usual, start), acts, status, grid, older);

  let columns = [...FIRST];
  let most = 12;
  let table = null; // {id, columns, papers, rows, whole, ended, over}
  let order = { by: null, down: false };

  function drawHead() {
    which.textContent = papers.length
      ? `${papers.length === 1 ? "1 paper" : `${papers.length} papers`} to compare`
      : "Choose papers in the library, in what was found under an answer, or on the map, and press Compare.";
    start.disabled = !papers.length || !columns.length;
    chips.replaceChildren(...columns.map((name) => el("span", { class: "ap-chip" }, name,
      el("button", { type: "button", class: "ap-unchip", "aria-label": `Leave out the column ${name}`, data: { do: "drop", name }, text: "×" }))));
    const kept = load().filter((one) => one.id !== table?.id && one.library === desk.about?.library);
    older.hidden = !kept.length;
    older.replaceChildren(el("summary", { text: "Earlier tables" }), el("ul", {}, ...kept.map((one) =>
      el("li", {}, el("button", { type: "button", class: "ap-paper", data: { do: "table", table: one.id }, text: `${one.columns.join(", ")} · ${one.papers.length} papers` })))));
  }

  function add(name) {
    const told = name.trim();
    if (!told) return;
    if (columns.length >= most) return toast(`A table has at most ${most} columns: leave one out`);
    if (!columns.some((one) => one.toLowerCase() === told.toLowerCase())) columns.push(told);
    names.value = "";
    drawHead();
  }

  // --- the table

  function rowsShown() {
    const wanted = filter.value.trim().toLowerCase();
    const rows = table.rows.filter((one) => !wanted || [one.sort[0], one.byline, ...one.texts].some((text) => text.toLowerCase().includes(wanted)));
    if (order.by === null) return rows;
    const value = (one) => (order.by === "paper" ? one.sort[0] : order.by === "year" ? one.sort[1] : one.texts[order.by].toLowerCase());
    const empty = (one) => value(one) === "" || value(one) === 0;
    return rows.sort((a, b) => (empty(a) - empty(b)) || ((value(a) > value(b)) - (value(a) < value(b))) * (order.down ? -1 : 1));
  }

  function drawTable() {
    acts.hidden = !table;
    grid.replaceChildren();
    status.replaceChildren();
    if (!table) return;
    const head = (by, name) => {
      const sorted = order.by === by;
      return el("th", { scope: "col", "aria-sort": sorted ? (order.down ? "descending" : "ascending") : "none" },
        el("button", { type: "button", data: { do: "sort", by }, text: `${name}${sorted ? (order.down ? " ↓" : " ↑") : ""}` }));
    };
    const body = rowsShown().map((one) => el("tr", { data: { paper: one.paper } },
      el("th", { scope: "row" }, el("button", { type: "button", class: "ap-paper", data: { do: "abstract" }, "aria-expanded": "false", html: `[${one.number}] ${one.title}` }), el("p", { class: "ap-byline", html: one.byline }),
        one.note && el("p", { class: "ap-note", html: one.note })),
      ...one.cells.map((html) => el("td", { html }))));
    grid.append(el("table", {}, el("thead", {}, el("tr", {}, head("paper", "Paper"), ...table.columns.map((name, place) => head(place, name)))), el("tbody", {}, ...body)));
    const left = table.papers.length - table.rows.length;
    if (!table.over && left) status.append(el("p", { class: "ap-wait" }, el("span"), el("span"), el("span"), `${table.rows.length} of ${table.papers.length} papers`));
    if (table.ended) status.append(el("p", { class: "ap-alert", text: table.ended }));
    for (const note of table.whole?.notes ?? []) status.append(el("p", { class: "ap-note", text: note }));
    for (const act of ["csv", "markdown", "copy"]) acts.querySelector(`[data-do="${act}"]`).disabled = !table.whole;
    acts.querySelector('[data-do="stop"]').hidden = table.over;
  }

  /** Show the abstract of a row below it, the slices of one cell lit. */
  function abstract(pressed, cell = null) {
    const row = pressed.closest("tr");
    const there = row.nextElementSibling?.classList.contains("ap-below") ? row.nextElementSibling : null;
    if (there && (cell === null || there.dataset.cell === cell)) return there.remove();
    there?.remove();
    const one = table.rows.find((other) => String(other.paper) === row.dataset.paper);
    const below = el("tr", { class: "ap-below", data: { cell: cell ?? "" } }, el("td", { colspan: one.cells.length + 1, html: one.abstract }));
    for (const slice of below.querySelectorAll(`mark[data-claims~="${cell}"]`)) slice.classList.add("ap-lit");
    row.after(below);
  }

  async function bring() {
    const mine = table;
    while (!mine.over) {
      try {
        const told = await call("compared", { table: mine.id, seen: mine.rows.length });
        if (told.lost) Object.assign(mine, { over: true, ended: "The server was restarted before the table was whole. Compare again." });
        else {
          mine.rows.push(...told.rows);
          Object.assign(mine, { over: told.over, ended: told.ended, whole: told.whole });
        }
      } catch (error) {
        if (!(error instanceof Gone)) Object.assign(mine, { over: true, ended: error.message });
        else await returned();
      }
      keep(mine);
      if (table === mine) drawTable();
    }
    drawHead();
  }

  async function begin() {
    const { library } = await known;
    const made = { id: newId(), library, columns: [...columns], papers: [...papers], rows: [], whole: null, ended: "", over: false };
    if (!(await tried("compare", { table: made.id, papers, columns, check: desk.check }))) return;
    table = made;
    order = { by: null, down: false };
    filter.value = "";
    keep(made);
    route(`#/compare/${made.id}`);
    drawTable();
    await bring();
  }

  function open(id) {
    table = id ? load().find((one) => one.id === id) ?? null : null;
    if (id && !table) toast("This table isn't in this browser any more");
    if (table) ({ columns, papers } = { columns: [...table.columns], papers: [...table.papers] });
    order = { by: null, down: false };
    drawHead();
    drawTable();
    if (table && !table.over) bring();
  }
  show = open;

  async function written(form, done) {
    const told = await tried("compared_as", { form, comparison: table.whole });
    if (told) done(told);
  }
  clicks(element, {
    compare: () => (add(names.value), begin()),
    drop: (pressed) => ((columns = columns.filter((one) => one !== pressed.dataset.name)), drawHead()),
    sort: ({ dataset: { by } }) => {
      const column = /^\d+$/.test(by) ? Number(by) : by;
      order = { by: column, down: order.by === column && !order.down };
      drawTable();
    },
    abstract: (pressed) => abstract(pressed),
    cell: (pressed) => abstract(pressed, pressed.dataset.cell),
    stop: () => tried("stop_comparing", { table: table.id }),
    csv: () => written("csv", (told) => download({ ...told, type: "text/csv" })),
    markdown: () => written("markdown", download),
    copy: () => written("markdown", ({ text }) => copy(text)),
    table: (pressed) => (route(`#/compare/${pressed.dataset.table}`), open(pressed.dataset.table)),
  });
  element.querySelector("form").addEventListener("submit", (event) => (event.preventDefault(), add(names.value)));
  filter.addEventListener("input", later(drawTable, 120));
  tried("columns").then((told) => {
    if (!told) return;
    most = told.most;
    usual.replaceChildren(...told.columns.map((name) => el("option", { value: name.replaceAll("_", " ") })));
  });
  const [, id] = location.hash.match(/^#\/compare\/(.+)/) ?? [];
  known.then(() => open(id ?? null));
}
