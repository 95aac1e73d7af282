// The evidence of the answer that is chosen: its cited papers with the slices that it rests on, and all papers found.
import { cited, desk, on } from "./desk.js";
import { byId, clicks, copy, el, into } from "./dom.js";
import { actsOn } from "./chosen.js";
import { listHits } from "./hits.js";
import { closes } from "./keys.js";
import { tried } from "./server.js";

const EMPTY = "The papers behind an answer appear here, with the sentences it rests on highlighted.";
const PANES = ["cited", "found"];

export function evidence({ element }) {
  let shown = null; // what of which exchange stands here
  let pane = "cited";
  let opener = null; // the [n] that brought the reader here: {exchange, number, claim}

  function head(one) {
    const { outcome, citations, nearest = [] } = one.answer;
    const cites = outcome === "answered" ? `Cited (${citations.length})` : `Nearest (${nearest.length})`;
    const tabs = PANES.map((name) => el("button", {
      type: "button", role: "tab", class: "ap-pane", id: `ap-pane-${name}`, "aria-selected": String(pane === name), "aria-controls": "ap-pane",
      tabindex: pane === name ? 0 : -1, data: { do: "pane", pane: name }, text: name === "cited" ? cites : "Found",
    }));
    const close = el("button", { type: "button", class: "ap-close", data: { do: "close" }, "aria-label": "Close the evidence", text: "×" });
    return el("div", { class: "ap-panes" }, el("h3", { class: "ap-unseen", text: "Evidence" }), el("div", { role: "tablist", "aria-label": "Evidence", class: "ap-panelist" }, ...tabs), close);
  }

  function draw(wanted = null) {
    const one = desk.exchanges.get(desk.chosen);
    if (!one?.answer) {
      shown = null;
      return element.replaceChildren(el("p", { class: "ap-empty", text: EMPTY }));
    }
    const key = `${one.id} ${one.html?.looks} ${pane}`;
    if (shown !== key) {
      shown = key;
      const body = el("div", { class: "ap-cards", id: "ap-pane", role: "tabpanel", "aria-labelledby": `ap-pane-${pane}`, html: pane === "cited" ? one.html?.evidence ?? "" : "" });
      const papers = one.answer.outcome === "answered" ? cited(one.answer).map(({ paper }) => paper) : (one.answer.nearest ?? []);
      if (pane === "cited" && papers.length) body.prepend(actsOn(papers));
      element.replaceChildren(head(one), body);
      if (pane === "found") found(one, body);
    }
    if (wanted) aim = { id: one.id, wanted };
    // A change elsewhere, as of a rating, leaves what is lit and where the reader is.
    if (wanted || revealed !== key) reveal(aim?.id === one.id ? aim.wanted : null);
    revealed = key;
  }
  let aim = null; // what of an answer's evidence was asked for
  let revealed = null;

  async function found(one, body) {
    const numbers = Object.fromEntries(cited(one.answer).map(({ number, paper }) => [number, paper]));
    const matching = await listHits(body, { query: one.answer.searched.query, bounds: one.bounds ?? {}, cited: numbers });
    const tab = matching !== null && body.isConnected && byId("ap-pane-found");
    if (tab) tab.textContent = `Found (${matching.toLocaleString("en")})`;
  }

  function reveal(wanted) {
    for (const lit of element.querySelectorAll(".ap-lit")) lit.classList.remove("ap-lit");
    if (!wanted?.number && !wanted?.paper) return void byId("ap-side").scrollTo({ top: 0 });
    const card = wanted.number
      ? element.querySelector(`.ap-card[data-number="${wanted.number}"]`)
      : element.querySelector(`.ap-card[data-paper="${wanted.paper}"]`);
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
      close();
      into(first, "center");
    }
  }

  const close = () => void document.body.classList.remove("ap-sheet");

  /** Go back to the [n], or the title, that opened the evidence. Gives false when it is gone. */
  function back() {
    const turn = opener && document.querySelector(`#ap-transcript .ap-turn[data-exchange="${opener.exchange}"]`);
    const { number, claim, paper } = opener ?? {};
    const of = claim === undefined ? "" : `[data-claim="${claim}"]`;
    const from = turn?.querySelector(number ? `.ap-cite[data-number="${number}"]${of}` : paper ? `.ap-paper[data-paper="${paper}"]` : `[data-do="${pane === "found" ? "found" : "choose"}"]`);
    close();
    if (!from) return false;
    from.focus({ preventScroll: true });
    into(from);
    return true;
  }

  function whole(pressed) {
    const card = pressed.closest(".ap-card");
    const all = card.classList.toggle("ap-whole");
    const foot = card.querySelector('.ap-feet [data-do="whole"]');
    foot.setAttribute("aria-expanded", String(all));
    foot.textContent = all ? "Less" : "Whole abstract";
    if (pressed !== foot) foot.focus({ preventScroll: true }); // the gap that was pressed is gone
  }

  function turn(name, { focus = false } = {}) {
    pane = name;
    draw();
    if (focus) byId(`ap-pane-${name}`)?.focus();
  }

  clicks(element, {
    bibtex: async (pressed) => {
      const one = desk.exchanges.get(desk.chosen);
      const told = await tried("reference", { form: "bibtex", answer: one.answer, paper: Number(pressed.closest(".ap-card").dataset.paper) });
      if (told) copy(told.text);
    },
    resting: (pressed) => resting(pressed.closest(".ap-card")),
    whole,
    open: (pressed) => (location.hash = `#/paper/${pressed.dataset.paper}`),
    close: () => back() || close(),
    pane: (pressed) => turn(pressed.dataset.pane, { focus: true }),
  });
  element.addEventListener("click", (event) => {
    const card = event.target.closest(".ap-card");
    if (card && !event.target.closest("button, a") && !String(getSelection())) resting(card);
  });
  element.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (/^Arrow(Left|Right)$/.test(event.key) && event.target.matches('[role="tab"]')) turn(PANES[1 - PANES.indexOf(pane)], { focus: true });
  });
  document.addEventListener("pointerdown", (event) => {
    if (document.body.classList.contains("ap-sheet") && !event.target.closest("#ap-side, .ap-turn, .ap-popover, .ap-menu, #ap-toast")) close();
  });
  closes(() => {
    const within = element.contains(document.activeElement);
    const over = document.body.classList.contains("ap-sheet") && element.checkVisibility() && getComputedStyle(byId("ap-side")).position === "fixed";
    if (!within && !over) return close();
    if (!back() && within) document.activeElement.blur();
    return true;
  });
  on("opened", () => ((opener = null), draw()));
  on("changed", () => draw());
  on("about", () => ((shown = null), draw()));
  on("chosen", (wanted) => {
    if (wanted) opener = { exchange: desk.chosen, ...wanted };
    if (wanted?.pane) pane = wanted.pane;
    else if (wanted) pane = "cited";
    draw(wanted);
  });
  draw();
}
