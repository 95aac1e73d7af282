// The conversation: each exchange an <article>, put together from what the browser kept of it. An answer that is being
// written grows in its own article, so it is seen in its conversation and in no other.
import { ask, busy, choose, desk, known, on, rendered, stop, turnTo, underway } from "./desk.js";
import { button, clicks, copy, el, toast } from "./dom.js";
import { tried } from "./server.js";
import * as store from "./store.js";

const SVG = '<svg viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" aria-hidden="true"><path d="M1.5 7h3v7h-3zM4.5 7l3-5.5c1.3 0 2 .8 1.8 2L8.9 6h4.2c1 0 1.6.8 1.4 1.7l-1 5c-.2.8-.8 1.3-1.6 1.3H4.5"/></svg>';

const article = (element) => element.closest(".ap-turn");
const idOf = (element) => article(element).dataset.exchange;

/** Everything in an exchange that its article shows: when it is the same, nothing is drawn anew. */
const state = (one, place, last) => JSON.stringify([one.done, one.good, one.note, one.html?.looks, one.ended, place, last, siblings(one).length]);
const siblings = (one) => store.children(desk.exchanges, one.parent);

function question(one, place) {
  const versions = siblings(one);
  const at = versions.findIndex((other) => other.id === one.id);
  const turned = versions.length > 1 && el("span", { class: "ap-versions", role: "group", "aria-label": "Versions of this question" },
    button("earlier", "Earlier version", { disabled: at === 0 }, "‹"),
    el("span", { text: `${at + 1}/${versions.length}` }),
    button("later", "Later version", { disabled: at === versions.length - 1 }, "›"));
  return el("div", { class: "ap-question" },
    el("h2", { class: "ap-asked", text: one.question }), turned || null,
    one.done ? button("edit", "Edit and ask again", {}, "Edit") : button("stop", "Stop writing (Esc)", {}, "Stop"));
}

function feet(one, last) {
  const made = el("div", { class: "ap-feet" });
  if (one.answer) made.append(button("choose", "Show the evidence of this answer", {}, "Evidence"));
  made.append(button("copy", "Copy the answer with its references", {}, "Copy"));
  if (last || !one.answer) made.append(button("again", "Ask again"));
  if (!one.answer) return made;
  for (const [act, label, good] of [["good", "Good answer", true], ["bad", "Bad answer", false]])
    made.append(button(act, label, { "aria-pressed": String(one.good === good), html: SVG }));
  if (one.good !== null && one.good !== undefined) {
    const note = el("input", { type: "text", class: "ap-noteinput", maxlength: 2000, "aria-label": "Note on this answer", placeholder: "Why? (optional)" });
    note.value = one.note ?? "";
    made.append(el("span", { class: "ap-notebox" }, note, button("note", "Keep the note", {}, "Keep")));
  }
  return made;
}

function answered(one, last) {
  const shown = el("div", { class: "ap-shown" });
  if (one.answer) {
    if (one.html) shown.innerHTML = one.html.answer + one.html.line;
    else shown.append(el("div", { class: "ap-answer" }, el("p", { class: "ap-plain", text: one.answer.text })));
  } else {
    const came = one.html ? [...el("div", { html: one.html.answer }).children] : one.text ? [el("p", { class: "ap-plain", text: one.text })] : [];
    shown.append(el("div", { class: "ap-answer ap-broken" }, ...came,
      el("p", { class: "ap-verdict", role: "alert" }, el("span", { "aria-hidden": "true", text: "!" }), ` ${one.ended}`)));
  }
  return [...shown.children, feet(one, last)];
}

function writing(id) {
  const so = underway.get(id);
  const made = el("div", { class: "ap-answer ap-writing", "aria-busy": "true" });
  for (const html of so?.blocks ?? []) made.append(...el("div", { html }).childNodes);
  if (so?.text) made.append(el("p", { class: "ap-plain", text: so.text }));
  else if (!so?.blocks.length) {
    const dots = [1, 2, 3].map(() => el("span"));
    made.append(el("p", { class: "ap-wait" }, ...dots, so && !so.begun ? "In line …" : "Looking in the abstracts"));
  }
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

  function drawAll({ fresh = false } = {}) {
    if (!desk.path.length) return welcome();
    const there = new Map([...element.querySelectorAll(":scope > .ap-turn")].map((one) => [one.dataset.exchange, one]));
    const shown = desk.path.map((one, place) => {
      const last = place === desk.path.length - 1;
      const old = there.get(one.id);
      const kept = old && (old.dataset.state === state(one, place, last) || old.querySelector(".ap-editing"));
      return kept ? old : draw(one, place, last);
    });
    element.replaceChildren(...shown);
    mark();
    const added = shown.at(-1);
    if (fresh || !there.has(added.dataset.exchange)) requestAnimationFrame(() => added.scrollIntoView({ block: "start" }));
  }

  function mark() {
    for (const one of element.querySelectorAll(".ap-turn")) one.classList.toggle("ap-chosen", one.dataset.exchange === desk.chosen);
    for (const claim of element.querySelectorAll(".ap-claim.ap-rests")) claim.classList.remove("ap-rests");
  }

  on("opened", async () => {
    drawAll({ fresh: true });
    await rendered(desk.path, (await known).looks).catch(() => {});
  });
  on("changed", () => drawAll());
  on("chosen", mark);
  on("about", () => desk.path.length || welcome());
  on("piece", (id) => element.querySelector(`.ap-turn[data-exchange="${id}"] .ap-writing`)?.replaceWith(writing(id)));
  drawAll({ fresh: true });

  function evidence(pressed, wanted) {
    document.body.classList.add("ap-sheet");
    choose(idOf(pressed), wanted);
  }
  async function rate(pressed, good, note = "") {
    const one = desk.exchanges.get(idOf(pressed));
    if (await tried("rate", { exchange: one.id, answer: one.answer, good, note })) await store.amend(one.id, { good, note });
  }
  const pressedAlready = (pressed) => pressed.getAttribute("aria-pressed") === "true";
  async function note(pressed) {
    const turn = article(pressed);
    await rate(pressed, desk.exchanges.get(idOf(pressed)).good, turn.querySelector(".ap-noteinput").value);
    toast("Kept");
  }
  async function copied(pressed) {
    const one = desk.exchanges.get(idOf(pressed));
    const told = await tried("exported", { form: "conversation", exchanges: [one] });
    if (told) await copy(told.text);
  }
  const step = (pressed, by) => {
    const one = desk.exchanges.get(idOf(pressed));
    const versions = siblings(one);
    return turnTo(versions[versions.indexOf(one) + by]);
  };

  function edit(pressed) {
    const turn = article(pressed);
    const asked = turn.querySelector(".ap-asked");
    const area = el("textarea", { class: "ap-editing", "aria-label": "Question", maxlength: 4000 });
    area.value = asked.textContent;
    const close = () => (box.replaceWith(asked), (pressed.hidden = false), pressed.focus());
    const save = async () => {
      if (!area.value.trim()) return;
      if (busy()) return toast("Wait for this answer, or stop it with Esc");
      close();
      await ask(area.value, { replaces: turn.dataset.exchange });
    };
    const box = el("div", { class: "ap-editbox" }, area, el("div", { class: "ap-editfeet" },
      button("save", "Save and ask this instead; the first version stays", {}, "Save and ask"), button("cancel", "Cancel, and leave the question as it was (Esc)", {}, "Cancel")));
    clicks(box, { save, cancel: close });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") event.stopPropagation(), close();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.preventDefault(), save();
    });
    asked.replaceWith(box);
    pressed.hidden = true;
    area.focus();
  }

  clicks(element, {
    cite: (pressed) => evidence(pressed, { number: pressed.dataset.number, claim: pressed.dataset.claim }),
    card: (pressed) => evidence(pressed, { paper: pressed.dataset.paper }),
    choose: (pressed) => evidence(pressed, {}),
    copy: copied,
    again: (pressed) => ask(desk.exchanges.get(idOf(pressed)).question, { replaces: idOf(pressed) }),
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
    if (event.key === "Enter" && !event.isComposing && event.target.classList.contains("ap-noteinput")) note(event.target);
  });
}
