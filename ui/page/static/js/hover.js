// A card on every [n], under the mouse and the keyboard's focus: the paper, and what the sentence rests on in it. Made from
// the evidence that came with the answer. A finger opens the abstract itself.
import { desk, on } from "./desk.js";
import { byId, el, place } from "./dom.js";
import { closes } from "./keys.js";

const WAIT = 250; // milliseconds until it comes under the mouse
const STAY = 180; // until it goes, so that the mouse can get onto it

let timer = 0;
let at = null; // the [n] whose card is shown
let done = null; // takes back that Esc hides it

/** The text of the slices of a card that a claim rests on; what stands side by side is one. */
function quotes(card, claim) {
  const found = [];
  let before = null;
  for (const slice of card.querySelectorAll(`mark[data-claims~="${CSS.escape(claim)}"]`)) {
    if (before && before === slice.previousSibling) found[found.length - 1] += slice.textContent;
    else found.push(slice.textContent);
    before = slice;
  }
  return found;
}

/** What a card says of an [n]; null when the evidence of its answer isn't here. */
function told(cite) {
  const kept = desk.exchanges.get(cite.closest(".ap-turn")?.dataset.exchange)?.html?.evidence;
  const card = kept && new DOMParser().parseFromString(kept, "text/html").querySelector(`.ap-card[data-number="${CSS.escape(cite.dataset.number)}"]`);
  if (!card) return null;
  const standing = cite.dataset.said;
  return [
    el("p", { class: "ap-hovertitle" }, ...document.importNode(card.querySelector("h4"), true).childNodes),
    el("p", { class: "ap-hoverby", text: card.dataset.byline }),
    ...(cite.dataset.claim ? quotes(card, cite.dataset.claim) : []).map((text) => el("blockquote", { text })),
    standing && el("p", { class: `ap-standing ${cite.dataset.style}`, text: standing }),
    el("p", { class: "ap-hoverhint", text: "Click opens the abstract" }),
  ].filter(Boolean);
}

function show(cite) {
  clearTimeout(timer);
  if (at === cite || !cite.isConnected) return;
  const parts = told(cite);
  if (!parts) return hide();
  if (at) at.removeAttribute("aria-describedby");
  at = cite;
  done ??= closes(hide);
  const shown = byId("ap-hover") ?? (document.querySelector(".gradio-container main") ?? document.body).appendChild(el("div", { id: "ap-hover", role: "tooltip" }));
  shown.replaceChildren(...parts);
  shown.hidden = false;
  shown.scrollTop = 0;
  place(shown, cite.getBoundingClientRect());
  cite.setAttribute("aria-describedby", "ap-hover");
}

function hide() {
  clearTimeout(timer);
  if (!at) return false;
  at.removeAttribute("aria-describedby");
  at = null;
  done();
  done = null;
  byId("ap-hover").hidden = true;
  return true;
}

const citeOf = (event) => event.target.closest?.(".ap-cite");
const onCard = (event) => Boolean(event.target.closest?.("#ap-hover"));
const soon = (work, wait) => (clearTimeout(timer), (timer = setTimeout(work, wait)));

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const cite = citeOf(event);
  if (cite && cite !== at) soon(() => show(cite), WAIT);
  else if (cite || onCard(event)) clearTimeout(timer);
  else soon(hide, STAY);
});
document.addEventListener("focusin", (event) => {
  const cite = citeOf(event);
  if (cite?.matches(":focus-visible")) show(cite);
  else hide();
});
document.addEventListener("click", (event) => onCard(event) || hide(), true);
// What is scrolled, as by the focus, takes the card along while its [n] is seen.
document.addEventListener("scroll", (event) => {
  if (!at || event.target === byId("ap-hover")) return;
  const { top, bottom } = at.getBoundingClientRect();
  const frame = byId("ap-transcript").getBoundingClientRect();
  if (!at.isConnected || bottom < frame.top || top > frame.bottom) hide();
  else place(byId("ap-hover"), at.getBoundingClientRect());
}, true);
addEventListener("blur", hide);
on("opened", hide); // its [n] is gone
