// The evidence of the answer that is chosen: its cited papers with the slices that it rests on, and all papers found.
import { choose, cited, desk, on } from "./desk.js";
import { byId, clicks, copy, el, into } from "./dom.js";
import { tried } from "./server.js";

const EMPTY = "The papers behind an answer appear here, with the sentences it rests on highlighted.";

export function evidence({ element }) {
  let shown = null; // the exchange whose evidence stands here
  let pane = "cited";

  const head = (title) => [
    el("button", { type: "button", class: "ap-close", data: { do: "close" }, "aria-label": "Close the evidence", text: "×" }),
    el("div", { class: "ap-panes", role: "tablist" },
      ...["cited", "found"].map((name) => el("button", { type: "button", role: "tab", class: "ap-pane", "aria-selected": String(pane === name), data: { do: "pane", pane: name },
        text: name === "cited" ? title : "Found" }))),
  ];

  async function draw(wanted = null) {
    const one = desk.exchanges.get(desk.chosen);
    if (!one?.answer) {
      shown = null;
      return element.replaceChildren(el("p", { class: "ap-empty", text: EMPTY }));
    }
    const key = `${one.id} ${one.html?.looks} ${pane}`;
    if (shown !== key) {
      shown = key;
      const title = one.answer.outcome === "answered" ? `Cited (${one.answer.citations.length})` : "Nearest";
      const body = el("div", { class: "ap-cards", html: pane === "cited" ? one.html?.evidence ?? "" : "" });
      element.replaceChildren(...head(title), body);
      if (pane === "found") await found(one, body);
    }
    if (wanted) aim = { id: one.id, wanted };
    // A change elsewhere, as of a rating, leaves what is lit and where the reader is.
    if (wanted || revealed !== key) reveal(aim?.id === one.id ? aim.wanted : null);
    revealed = key;
  }
  let aim = null; // what of an answer's evidence was asked for
  let revealed = null;

  async function found(one, body) {
    body.append(el("p", { class: "ap-wait", text: "Looking …" }));
    const numbers = Object.fromEntries(cited(one.answer).map(({ number, paper }) => [number, paper]));
    const told = await tried("found", { query: one.answer.searched.query, bounds: one.bounds ?? {}, cited: numbers });
    if (told) body.innerHTML = told.html;
  }

  function reveal(wanted) {
    for (const lit of element.querySelectorAll(".ap-lit")) lit.classList.remove("ap-lit");
    if (!wanted) return void byId("ap-side").scrollTo({ top: 0 });
    const card = wanted.number
      ? element.querySelector(`.ap-card[data-number="${wanted.number}"]`)
      : wanted.paper && element.querySelector(`.ap-card[data-paper="${wanted.paper}"]`);
    if (!card) return;
    card.classList.add("ap-lit");
    const slices = wanted.claim === undefined ? [] : card.querySelectorAll(`mark[data-claims~="${wanted.claim}"]`);
    for (const slice of slices) slice.classList.add("ap-lit");
    card.focus({ preventScroll: true });
    into(slices[0] ?? card, slices.length ? "center" : "start");
  }

  /** Light the sentences of the answer that rest on a card. */
  function resting(card) {
    const claims = card.dataset.claims.split(" ").filter(Boolean);
    let first = null;
    for (const claim of document.querySelectorAll("#ap-transcript .ap-claim")) {
      const rests = claims.includes(claim.dataset.claim) && claim.closest(".ap-turn").dataset.exchange === desk.chosen;
      claim.classList.toggle("ap-rests", rests);
      first ??= rests ? claim : null;
    }
    if (first) {
      document.body.classList.remove("ap-sheet");
      into(first, "center");
    }
  }

  clicks(element, {
    bibtex: async (pressed) => {
      const one = desk.exchanges.get(desk.chosen);
      const told = await tried("reference", { form: "bibtex", answer: one.answer, paper: Number(pressed.closest(".ap-card").dataset.paper) });
      if (told) copy(told.text);
    },
    resting: (pressed) => resting(pressed.closest(".ap-card")),
    close: () => document.body.classList.remove("ap-sheet"),
    pane: (pressed) => ((pane = pressed.dataset.pane), draw()),
  });
  element.addEventListener("click", (event) => {
    const card = event.target.closest(".ap-card");
    if (card && !event.target.closest("button, a") && !String(getSelection())) resting(card);
  });
  on("opened", () => draw());
  on("changed", () => draw());
  on("chosen", (wanted) => {
    if (wanted) pane = "cited";
    draw(wanted);
  });
  draw();
}
