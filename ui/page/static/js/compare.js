// Papers side by side: rows are papers, columns what the reader asks of each; every cell is a quote or says its standing.
// Tables are kept in this browser, so that one that was made is there on return, and one that was being made goes on.
import { desk, known, on } from "./desk.js";
import { button, clicks, copy, download, el, later, say, toast } from "./dom.js";
import { grid } from "./grid.js";
import { handle, route, turn } from "./routes.js";
import { call, Gone, returned, tried } from "./server.js";
import { newId } from "./store.js";
import * as tables from "./tables.js";

const FIRST = ["task", "method", "data", "result", "limitation"]; // columns to begin with
const MOST = 100; // papers of a table, as the library has it
const NONE = "Choose papers in the library, in what was found under an answer, or on the map, and press Compare.";

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

const papersOf = (count) => (count === 1 ? "1 paper" : `${count} papers`);

// --- filling a table

const live = new Map(); // those that are being filled here, by id

/** Bring the rows of a table home, whatever is shown meanwhile; after the server was restarted, go on with those that lack. */
async function fill(table, changed) {
  live.set(table.id, table);
  while (!table.over) {
    try {
      const told = await call("compared", { table: table.run.id, seen: table.rows.length - table.run.from });
      if (told.lost) {
        table.run = { id: `${table.id}.${table.rows.length}`, from: table.rows.length };
        await call("compare", { table: table.run.id, papers: table.papers.slice(table.run.from), columns: table.columns, check: table.check });
        continue;
      }
      table.rows.push(...told.rows.map((one) => numbered(one, table.run.from)));
      Object.assign(table, { over: told.over, ended: told.ended, whole: told.whole });
    } catch (error) {
      if (error instanceof Gone) await returned();
      else Object.assign(table, { over: true, ended: error.message });
    }
    await tables.keep(table);
    changed(table);
  }
  live.delete(table.id);
}

/** A row of a part of the table, under its number in the whole. */
const numbered = (one, before) => ({ ...one, number: one.number + before, kept: { ...one.kept, row: { ...one.kept.row, number: one.number + before } } });

/** The table as the server writes it into a file, as far as it is. */
const written = ({ columns, rows, whole, run }) => ({
  usage: {}, cost: null, prompts: [], timings: {}, answerer: rows[0]?.kept.row.answerer ?? "", ...whole,
  columns, rows: rows.map((one) => one.kept.row), papers: rows.map((one) => one.kept.paper), notes: run.from ? [] : (whole?.notes ?? []),
});

// --- the tab

export function compare({ element }) {
  const names = el("input", { type: "text", class: "ap-sought", maxlength: 400, "aria-label": "Add a column", placeholder: "Add a column: a word, or a question to each paper", list: "ap-usual" });
  const usual = el("datalist", { id: "ap-usual" });
  const chips = el("div", { class: "ap-chips", role: "group", "aria-label": "Columns" });
  const which = el("p", { class: "ap-count", role: "status" });
  const start = el("button", { type: "button", class: "ap-main", data: { do: "compare" }, text: "Compare" });
  const filter = el("input", { type: "search", class: "ap-tablefilter", "aria-label": "Only rows with", placeholder: "Only rows with …" });
  const acts = el("div", { class: "ap-feet", hidden: true }, filter,
    button("stop", "Stop", { hidden: true }), button("csv", "Save as CSV"), button("markdown", "Save as Markdown"), button("copy", "Copy as Markdown"));
  const status = el("div", { class: "ap-status", role: "status" });
  const place = el("div", { class: "ap-compared", tabindex: 0, role: "region", "aria-label": "Comparison" });
  const older = el("details", { class: "ap-older" });
  element.replaceChildren(which, chips, el("form", { class: "ap-columnform" }, names, el("button", { type: "submit", class: "ap-act", text: "Add" }), usual, start), acts, status, place, older);
  const { draw } = grid(place);

  let columns = [...FIRST];
  let most = 12;
  let table = null; // {id, at, library, columns, papers, check, rows, whole, ended, over, run}

  function drawHead() {
    which.textContent = papers.length ? `${papersOf(papers.length)} to compare` : NONE;
    start.disabled = !papers.length || !columns.length;
    start.textContent = table ? "Compare again" : "Compare";
    chips.replaceChildren(...columns.map((name) => el("span", { class: "ap-chip", title: name }, el("span", { class: "ap-chiptext", text: name }),
      el("button", { type: "button", class: "ap-unchip", "aria-label": `Leave out the column ${name}`, data: { do: "drop", name }, text: "×" }))));
  }

  async function drawOlder() {
    const { library } = await known;
    const kept = (await tables.all(library).catch(() => [])).filter((one) => one.id !== table?.id);
    older.hidden = !kept.length;
    older.replaceChildren(el("summary", { text: `Earlier tables (${kept.length})` }), el("ul", {}, ...kept.map((one) => el("li", {},
      el("button", { type: "button", class: "ap-paper", data: { do: "table", table: one.id }, text: `${one.columns.join(", ")} · ${papersOf(one.papers.length)} · ${new Date(one.at).toLocaleDateString()}` }),
      button("forget", "Delete this table", { data: { do: "forget", table: one.id } }, "×")))));
  }

  function add(name) {
    const told = name.trim();
    if (!told) return;
    if (columns.length >= most) return toast(`A table has at most ${most} columns: leave one out`);
    if (!columns.some((one) => one.toLowerCase() === told.toLowerCase())) columns.push(told);
    names.value = "";
    drawHead();
  }

  function drawTable(changed = table) {
    if (changed !== table) return;
    acts.hidden = !table;
    status.replaceChildren();
    draw(table, filter.value);
    if (!table) return;
    const left = table.papers.length - table.rows.length;
    if (!table.over && left) status.append(el("p", { class: "ap-wait" }, el("span"), el("span"), el("span"), `${table.rows.length} of ${papersOf(table.papers.length)}`));
    if (table.ended) status.append(el("p", { class: "ap-alert", text: table.ended }));
    for (const note of table.whole?.notes ?? []) status.append(el("p", { class: "ap-note", text: note }));
    for (const act of ["csv", "markdown", "copy"]) acts.querySelector(`[data-do="${act}"]`).disabled = !table.rows.length;
    acts.querySelector('[data-do="stop"]').hidden = table.over;
  }

  async function bring() {
    const mine = table;
    await fill(mine, drawTable);
    say(mine.ended || `The table is whole: ${papersOf(mine.rows.length)}`);
    drawHead();
    drawOlder();
  }

  async function begin() {
    const { library } = await known;
    const id = newId();
    const made = { id, at: Date.now(), library, columns: [...columns], papers: [...papers], check: desk.check, rows: [], whole: null, ended: "", over: false, run: { id, from: 0 } };
    if (!(await tried("compare", { table: id, papers, columns, check: desk.check, known: told(made) }))) return;
    table = made;
    filter.value = "";
    if (!(await tables.keep(made))) toast("This browser keeps no tables: save this one before you leave", { error: true });
    tables.thin(library).catch(() => {});
    route(`#/compare/${id}`);
    drawTable();
    drawOlder();
    await bring();
  }

  /** What a language model told of the same papers and columns, as it was written: it isn't asked for that again. */
  function told({ papers, columns, check }) {
    const same = table?.whole && table.check === check && String(table.papers) === String(papers) && columns.some((one) => table.columns.includes(one));
    return same && table.rows[0]?.kept.row.answerer !== "extractive" ? written(table) : null;
  }

  async function open(id) {
    table = id ? (live.get(id) ?? (await tables.read(id).catch(() => null))) : null;
    if (id && !table) toast("This table isn't in this browser any more");
    if (table) ({ columns, papers } = { columns: [...table.columns], papers: [...table.papers] });
    filter.value = "";
    drawHead();
    drawOlder();
    drawTable();
    if (table && !table.over && !live.has(table.id)) bring();
  }
  show = open;

  async function write(form, done) {
    const told = await tried("compared_as", { form, comparison: written(table) });
    if (told) done(told);
  }
  clicks(element, {
    compare: () => (add(names.value), begin()),
    drop: (pressed) => {
      columns = columns.filter((one) => one !== pressed.dataset.name);
      drawHead();
      names.focus();
    },
    stop: () => tried("stop_comparing", { table: table.run.id }),
    csv: () => write("csv", (told) => download({ ...told, type: "text/csv" })),
    markdown: () => write("markdown", download),
    copy: () => write("markdown", ({ text }) => copy(text)),
    table: (pressed) => (route(`#/compare/${pressed.dataset.table}`), open(pressed.dataset.table)),
    forget: async ({ dataset: { table: id } }) => {
      const gone = await tables.read(id);
      await tables.remove(id);
      drawOlder();
      toast("The table is deleted", { undo: async () => (await tables.keep(gone), drawOlder()) });
    },
  });
  element.querySelector("form").addEventListener("submit", (event) => (event.preventDefault(), add(names.value)));
  filter.addEventListener("input", later(() => drawTable(), 120));
  on("about", drawHead);
  tried("columns").then((told) => {
    if (!told) return;
    most = told.most;
    usual.replaceChildren(...told.columns.map((name) => el("option", { value: name.replaceAll("_", " ") })));
  });
  const [, id] = location.hash.match(/^#\/compare\/(.+)/) ?? [];
  known.then(() => open(id ?? null));
}
