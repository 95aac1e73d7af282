// The conversation: each exchange an <article>, put together from what the browser kept of it. An answer that is being
// written grows in its own article, so it is seen in its conversation and in no other.
import { ask, busy, choose, desk, known, on, rendered, stop, turnTo, underway } from "./desk.js";
import { button, byId, clicks, el, toast } from "./dom.js";
import { answerMenu, copied, referenceMenu } from "./exports.js";
import { AGAIN, COPY, EDIT, STOP, THUMB } from "./icons.js";
import { menu } from "./menu.js";
import { tried } from "./server.js";
import * as store from "./store.js";

const article = (element) => element.closest(".ap-turn");
const idOf = (element) => article(element).dataset.exchange;

/** Everything in an exchange that its article shows: when it is the same, nothing is drawn anew. */
const state = (one, place, last) => JSON.stringify([one.done, one.good, one.note, one.html?.looks, one.ended, place, last, siblings(one).length]);
const icon = (drawn) => el("span", { html: drawn, "aria-hidden": "true" });
const siblings = (one) => store.versions(desk.exchanges, one);

function question(one, place) {
  const versions = siblings(one);
  const at = versions.findIndex((other) => other.id === one.id);
  const turned = versions.length > 1 && el("span", { class: "ap-versions", role: "group", "aria-label": "Versions of this question" },
    button("earlier", "Earlier version", { disabled: at === 0 }, "‹"),
    el("span", { text: `${at + 1}/${versions.length}` }),
    button("later", "Later version", { disabled: at === versions.length - 1 }, "›"));
  return el("div", { class: "ap-question" },
    el("h2", { class: "ap-asked", text: one.question }), turned || null,
    one.done ? button("edit", "Edit and ask again", { html: EDIT }) : button("stop", "Stop writing (Esc)", {}, icon(STOP), "Stop"));
}

function feet(one, last) {
  const made = el("div", { class: "ap-feet" });
  if (one.answer) made.append(button("choose", "Show the evidence of this answer", {}, "Evidence"), button("found", "Show all papers found for this question", {}, "Papers found"));
  made.append(button("copy", "Copy the answer with its references", { html: COPY }));
  if (one.answer?.citations?.length) made.append(button("references", "References of this answer", { "aria-haspopup": "menu" }, "References"));
  if (last || !one.answer) made.append(button("again", "Ask again", { html: AGAIN }));
  made.append(button("more", "More on this answer", { "aria-haspopup": "menu" }, "⋯"));
  if (!one.answer) return made;
  for (const [act, label, good] of [["good", "Good answer", true], ["bad", "Bad answer", false]])
    made.append(button(act, label, { "aria-pressed": String(one.good === good), html: THUMB }));
  if (one.good !== null && one.good !== undefined) {
    const note = el("input", { type: "text", class: "ap-noteinput", maxlength: 2000, "aria-label": "Note on this answer", placeholder: "Why? (optional)" });
    note.value = one.note ?? "";
    made.append(el("span", { class: "ap-notebox" }, note, button("note", "Keep the note", {}, "Keep")));
  }
  return made;
}

function answered(one, last) {
  const shown = el("div");
  if (one.answer && one.html) shown.innerHTML = one.html.answer + one.html.line;
  else if (one.answer) shown.append(el("div", { class: "ap-answer" }, el("p", { class: "ap-plain", text: one.answer.text })));
  else
    shown.append(el("div", { class: "ap-answer ap-broken" },
      ...(one.html ? el("div", { html: one.html.answer }).childNodes : one.text ? [el("p", { class: "ap-plain", text: one.text })] : []),
      el("p", { class: "ap-verdict", role: "alert" }, el("span", { "aria-hidden": "true", text: "!" }), ` ${one.ended}`)));
  const [answer, ...line] = shown.children;
  return [answer, el("div", { class: "ap-under" }, ...line, feet(one, last))];
}

/**
 * Bring an answer that is being written up to what has come. Whole blocks stay as they are, so nothing jumps and a
 * selection holds; and it never gets lower, though a block that is set may be lower than its raw text.
 */
function grow(made, so) {
  if (made.blocks !== so?.blocks) Object.assign(made, { blocks: so?.blocks, set: 0, tail: null }).replaceChildren(); // at first, and anew
  const blocks = made.blocks ?? [];
  for (const html of blocks.slice(made.set)) {
    const set = el("div", { html }).childNodes;
    if (made.tail) made.tail.before(...set);
    else made.append(...set);
  }
  made.set = blocks.length;
  const waits = !so?.text && !blocks.length;
  const kind = waits ? "ap-wait" : "ap-plain";
  if (!made.tail?.classList.contains(kind)) {
    made.tail?.remove();
    made.append((made.tail = el("p", { class: kind })));
  }
  if (!waits) made.tail.textContent = so.text;
  else made.tail.replaceChildren(...[1, 2, 3].map(() => el("span")), so && !so.begun ? "In line …" : "Looking in the abstracts");
  made.tail.hidden = !waits && !so.text;
  made.style.minHeight = `${Math.max(made.offsetHeight, parseFloat(made.style.minHeight) || 0)}px`;
}

function writing(id) {
  const made = el("div", { class: "ap-answer ap-writing", "aria-busy": "true" });
  grow(made, underway.get(id));
  return made;
}

function draw(one, place, last) {
  const made = el("article", { class: "ap-turn", "aria-label": `Question ${place + 1}`, data: { index: place, exchange: one.id, state: state(one, place, last) } }, question(one, place));
  made.append(...(one.done ? answered(one, last) : [writing(one.id)]));
  return made;
}

export function transcript({ element }) {
  function welcome() {
    if (desk.about) element.replaceChildren(...el("div", { html: desk.about.welcome }).children);
  }

  const scroller = byId("ap-transcript");
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
  const toEnd = () => (scroller.scrollTop = scroller.scrollHeight);
  const toStart = (turn) => requestAnimationFrame(() => turn.scrollIntoView({ block: "start" }));

  function drawAll({ fresh = false } = {}) {
    if (!desk.path.length) return welcome();
    const followed = atEnd();
    const there = new Map([...element.querySelectorAll(":scope > .ap-turn")].map((one) => [one.dataset.exchange, one]));
    let came = false; // an answer that nobody saw being written
    const shown = desk.path.map((one, place) => {
      const last = place === desk.path.length - 1;
      const old = there.get(one.id);
      if (old && (old.dataset.state === state(one, place, last) || old.querySelector(".ap-editing"))) return old;
      const made = draw(one, place, last);
      if (old) came ||= instead(old, made, one);
      return made;
    });
    for (const one of [...element.children]) if (!shown.includes(one)) one.remove();
    shown.forEach((one, place) => element.children[place] === one || element.insertBefore(one, element.children[place] ?? null));
    mark();
    const added = shown.at(-1);
    if (fresh || came || !there.has(added.dataset.exchange)) toStart(added);
    else if (followed) toEnd();
  }

  /** Put an article in the place of another, the focus too; gives true when an answer came with no writing before it. */
  function instead(old, made, one) {
    const act = old.contains(document.activeElement) ? document.activeElement.dataset.do : null;
    const wrote = old.querySelector(".ap-writing");
    old.replaceWith(made);
    if (act) made.querySelector(`[data-do="${act}"]`)?.focus({ preventScroll: true });
    return Boolean(wrote && one.done && wrote.querySelector(".ap-wait"));
  }

  function mark() {
    for (const one of element.querySelectorAll(".ap-turn")) one.classList.toggle("ap-chosen", one.dataset.exchange === desk.chosen);
    for (const claim of element.querySelectorAll(".ap-claim.ap-rests")) claim.classList.remove("ap-rests");
  }

  let redoing = null;
  const redo = () => (redoing ??= known.then(({ looks }) => rendered(desk.path, looks)).catch(() => {}).finally(() => (redoing = null)));
  on("opened", () => (drawAll({ fresh: true }), redo()));
  on("changed", () => (drawAll(), redo())); // another version of a question, or one of a file, may have no looks yet
  on("chosen", mark);
  on("jump", (id) => {
    const reached = element.querySelector(`.ap-turn[data-exchange="${id}"]`) ?? element;
    requestAnimationFrame(() => toStart(reached)); // after what opened the conversation went to its end
    reached.classList.add("ap-reached");
    reached.addEventListener("animationend", () => reached.classList.remove("ap-reached"), { once: true });
  });
  on("about", () => desk.path.length || welcome());
  on("piece", (id) => {
    const written = element.querySelector(`.ap-turn[data-exchange="${id}"] .ap-writing`);
    if (!written) return;
    const followed = atEnd();
    grow(written, underway.get(id));
    if (followed) toEnd(); // who reads further up stays there
  });
  drawAll({ fresh: true });

  function evidence(pressed, wanted) {
    document.body.classList.add("ap-sheet");
    choose(idOf(pressed), wanted);
  }
  async function rate(pressed, good, note = exchange(pressed).note ?? "") {
    const one = exchange(pressed);
    if (await tried("rate", { exchange: one.id, answer: one.answer, good, note })) await store.amend(one.id, { good, note });
  }
  const pressedAlready = (pressed) => pressed.getAttribute("aria-pressed") === "true";
  async function note(pressed) {
    const { value } = article(pressed).querySelector(".ap-noteinput");
    if (value === (exchange(pressed).note ?? "")) return;
    await rate(pressed, exchange(pressed).good, value);
    toast("Kept");
  }
  const exchange = (pressed) => desk.exchanges.get(idOf(pressed));
  /** Ask the same question again; how it was asked before holds: on its own, as written. */
  const anew = (pressed, how = {}) => {
    const { id, question: asked, alone = false, written = false } = exchange(pressed);
    return ask(asked, { replaces: id, alone, written, ...how });
  };
  const step = (pressed, by) => {
    const one = desk.exchanges.get(idOf(pressed));
    const versions = siblings(one);
    return turnTo(versions[versions.indexOf(one) + by]);
  };

  function edit(pressed) {
    const turn = article(pressed);
    const asked = turn.querySelector(".ap-asked");
    const area = el("textarea", { class: "ap-editing", "aria-label": "Question", maxlength: 4000 });
    const { library } = desk.about;
    const { exchange: id } = turn.dataset;
    area.value = store.draft(library, id) || asked.textContent; // who went elsewhere amid an edit finds it again
    const forget = () => store.keepDraft(library, id, "");
    const close = () => (box.replaceWith(asked), (pressed.hidden = false), pressed.focus());
    const save = async () => {
      if (!area.value.trim()) return;
      if (busy()) return toast("Wait for this answer, or stop it with Esc");
      close();
      if (await ask(area.value, { replaces: id })) forget();
    };
    const cancel = () => (forget(), close());
    area.addEventListener("input", () => store.keepDraft(library, id, area.value));
    const box = el("div", { class: "ap-editbox" }, area, el("div", { class: "ap-editfeet" },
      button("save", "Save and ask this instead; the first version stays", {}, "Save and ask"), button("cancel", "Cancel, and leave the question as it was (Esc)", {}, "Cancel")));
    clicks(box, { save, cancel });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") event.stopPropagation(), cancel();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.preventDefault(), save();
    });
    asked.replaceWith(box);
    pressed.hidden = true;
    area.focus();
  }

  clicks(element, {
    cite: (pressed) => evidence(pressed, { number: pressed.dataset.number, claim: pressed.dataset.claim }),
    card: (pressed) => evidence(pressed, { paper: pressed.dataset.paper }),
    choose: (pressed) => evidence(pressed, { pane: "cited" }),
    found: (pressed) => evidence(pressed, { pane: "found" }),
    copy: (pressed) => copied(exchange(pressed)),
    references: (pressed) => menu(pressed, referenceMenu(exchange(pressed)), "References of this answer"),
    more: (pressed) => menu(pressed, answerMenu(exchange(pressed)), "More on this answer"),
    again: (pressed) => anew(pressed),
    alone: (pressed) => anew(pressed, { alone: true }),
    written: (pressed) => anew(pressed, { written: true }),
    example: (pressed) => ask(pressed.textContent),
    edit,
    stop: (pressed) => stop(idOf(pressed)),
    earlier: (pressed) => step(pressed, -1),
    later: (pressed) => step(pressed, 1),
    good: (pressed) => rate(pressed, pressedAlready(pressed) ? null : true),
    bad: (pressed) => rate(pressed, pressedAlready(pressed) ? null : false),
    note,
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.target.matches(".ap-noteinput")) note(event.target);
  });
  element.addEventListener("change", (event) => event.target.matches(".ap-noteinput") && note(event.target)); // who leaves it has kept it
}
