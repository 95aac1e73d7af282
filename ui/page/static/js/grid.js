// A table of papers as it is shown: its heads sort, a filter narrows it, a cell opens the abstract below its row with
// what the cell quotes lit. On a phone each row is a block, its cells below one another.
import { clicks, el } from "./dom.js";

/** The rows of a table that hold some words, in an order {by, down}; `by`: null as compared, `paper`, `year`, a column's place. */
export function rowsOf(table, order, words) {
  const wanted = words.trim().toLowerCase();
  const rows = table.rows.filter((one) => !wanted || [one.sort[0], one.byline, ...one.texts].some((text) => text.toLowerCase().includes(wanted)));
  if (order.by === null) return rows;
  const value = (one) => (order.by === "paper" ? one.sort[0] : order.by === "year" ? one.sort[1] : one.texts[order.by].toLowerCase());
  const empty = (one) => value(one) === "" || value(one) === 0;
  return rows.sort((a, b) => (empty(a) - empty(b)) || ((value(a) > value(b)) - (value(a) < value(b))) * (order.down ? -1 : 1));
}

/** Show tables in an element: `draw(table, words)` shows one, null for none. */
export function grid(element) {
  let table = null;
  let words = "";
  let order = { by: null, down: false };
  let open = null; // the abstract that stands open: {paper, cell}

  const head = (by, name) => {
    const sorted = order.by === by;
    return el("th", { scope: "col", role: "columnheader", "aria-sort": sorted ? (order.down ? "descending" : "ascending") : "none" },
      el("button", { type: "button", data: { do: "sort", by }, text: `${name}${sorted ? (order.down ? " ↓" : " ↑") : ""}` }));
  };
  const row = (one) => el("tr", { role: "row", data: { paper: one.paper } },
    el("th", { scope: "row", role: "rowheader" },
      el("button", { type: "button", class: "ap-paper", data: { do: "abstract" }, "aria-expanded": "false" }, el("span", { class: "ap-number", text: `[${one.number}] ` }), el("span", { html: one.title })),
      el("p", { class: "ap-byline", html: one.byline }), one.note && el("p", { class: "ap-note", html: one.note })),
    ...one.cells.map((html, place) => el("td", { role: "cell", html, data: { label: table.columns[place] } })));

  function draw(shown = table, filtered = words) {
    if (shown !== table) [order, open] = [{ by: null, down: false }, null];
    [table, words] = [shown, filtered];
    if (!table) return element.replaceChildren();
    const held = element.contains(document.activeElement) ? document.activeElement : null;
    const at = held && { paper: held.closest("tr")?.dataset.paper, act: held.dataset.do, cell: held.dataset.cell, by: held.dataset.by };
    const hasYears = table.rows.some((one) => one.sort[1]);
    const heads = [head("paper", "Paper"), ...table.columns.map((name, place) => head(place, name))];
    if (hasYears) heads[0].append(" ", el("button", { type: "button", data: { do: "sort", by: "year" }, class: "ap-byyear", text: `Year${order.by === "year" ? (order.down ? " ↓" : " ↑") : ""}` }));
    const rows = rowsOf(table, order, words);
    const none = !rows.length && table.rows.length > 0 && el("tr", { role: "row" }, el("td", { role: "cell", class: "ap-empty", colspan: table.columns.length + 1, text: "No row has these words." }));
    const { scrollTop, scrollLeft } = element;
    element.replaceChildren(el("table", { role: "table", "aria-label": `Comparison of ${table.papers.length} papers` },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)), el("tbody", { role: "rowgroup" }, ...rows.map(row), none)));
    Object.assign(element, { scrollTop, scrollLeft });
    if (open) below(open.paper, open.cell);
    if (!at) return;
    const same = [...element.querySelectorAll(`[data-do="${at.act}"]`)].find((one) => one.closest("tr")?.dataset.paper === at.paper && one.dataset.cell === at.cell && one.dataset.by === at.by);
    same?.focus({ preventScroll: true });
  }

  /** Show the abstract of a row below it, the slices of one cell lit. */
  function below(paper, cell) {
    const above = [...element.querySelectorAll("tr")].find((one) => one.dataset.paper === paper);
    const one = table.rows.find((other) => String(other.paper) === paper);
    if (!above || !one) return;
    const shown = el("tr", { class: "ap-below", role: "row" }, el("td", { role: "cell", colspan: one.cells.length + 1, html: one.abstract }));
    for (const slice of shown.querySelectorAll(`mark[data-claims~="${cell}"]`)) slice.classList.add("ap-lit");
    above.after(shown);
    opener(above, cell)?.setAttribute("aria-expanded", "true");
  }
  const opener = (tr, cell) => (cell === null ? tr.querySelector('[data-do="abstract"]') : tr.querySelector(`[data-cell="${cell}"]`));

  function shut() {
    const there = element.querySelector(".ap-below");
    if (there) opener(there.previousElementSibling, open?.cell ?? null)?.setAttribute("aria-expanded", "false");
    there?.remove();
    open = null;
  }
  function toggle(pressed, cell = null) {
    const { paper } = pressed.closest("tr").dataset;
    const same = open?.paper === paper && open.cell === cell;
    shut();
    if (same) return;
    open = { paper, cell };
    below(paper, cell);
  }

  clicks(element, {
    sort: ({ dataset: { by } }) => {
      const column = /^\d+$/.test(by) ? Number(by) : by;
      order = order.by === column && order.down ? { by: null, down: false } : { by: column, down: order.by === column };
      draw();
    },
    abstract: (pressed) => toggle(pressed),
    cell: (pressed) => toggle(pressed, pressed.dataset.cell),
  });
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || !open) return;
    event.stopPropagation();
    const from = element.querySelector(".ap-below")?.previousElementSibling;
    const button = from && opener(from, open.cell);
    shut();
    button?.focus({ preventScroll: true });
  });
  return { draw };
}
