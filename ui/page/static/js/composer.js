// Where questions are written: the draft lives through a reload, the filters in force stand beside it as chips.
// A textarea of our own: gradio's sends what an input method is still composing.
import { ask, busy, desk, known, on, stop } from "./desk.js";
import { button, clicks, el } from "./dom.js";
import { filters, inForce } from "./filters.js";
import { FILTER, SEND, STOP } from "./icons.js";
import * as store from "./store.js";

export function composer({ element }) {
  const area = el("textarea", { rows: 1, maxlength: 4000, placeholder: "Ask the abstracts, or follow up …", "aria-label": "Question" });
  const send = button("send", "Ask (Enter)", { class: "ap-act ap-send" });
  const filter = button("filter", "Filter the papers that are asked", { class: "ap-act ap-filter", html: FILTER });
  const chips = el("div", { class: "ap-chips" });
  const scope = el("span", { class: "ap-scope" });
  const hint = el("p", { class: "ap-hint" }, scope, el("span", { class: "ap-keys", text: "Enter asks · Shift+Enter begins a line" }));
  element.replaceChildren(el("div", { class: "ap-composer" }, chips, el("div", { class: "ap-box" }, area, filter, send), hint));
  filters(chips, filter);
  let library = "";
  let owner = null; // whose draft stands in the area

  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
    area.style.overflowY = area.scrollHeight > 220 ? "auto" : "hidden";
    turn();
  };
  const keep = () => library && store.keepDraft(library, owner, area.value);
  let asking = false;
  function load() {
    // The next question may be begun while the first one is being kept, with which the conversation begins.
    const typed = asking && owner === null ? area.value : "";
    owner = desk.id;
    area.value = store.draft(library, owner) || typed;
    if (typed) keep();
    grow();
  }

  function turn() {
    const writing = busy();
    const label = writing ? "Stop writing (Esc)" : "Ask (Enter)";
    if (send.dataset.do !== (writing ? "stop" : "send") || !send.children.length) send.innerHTML = writing ? STOP : SEND;
    send.dataset.do = writing ? "stop" : "send";
    send.setAttribute("aria-label", label);
    send.title = label;
    send.disabled = !writing && !area.value.trim();
  }

  async function submit() {
    const question = area.value;
    if (!question.trim() || busy()) return;
    const from = owner;
    area.value = "";
    grow();
    asking = true;
    const begun = await ask(question);
    asking = false;
    if (begun) return void store.keepDraft(library, from, owner === from ? area.value : "");
    if (owner === from) area.value = question + area.value;
    keep();
    grow();
  }

  area.addEventListener("input", () => (keep(), grow()));
  area.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the key is the input method's
    if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), submit();
    if (event.key === "ArrowUp" && !area.value) {
      const edit = [...document.querySelectorAll('#ap-transcript [data-do="edit"]')].at(-1);
      if (edit) event.preventDefault(), edit.click();
    }
  });
  clicks(element, {
    send: submit,
    stop: () => desk.path.filter((one) => !one.done).forEach((one) => stop(one.id)),
  });

  /** What the next question is asked of. */
  function drawScope() {
    const papers = desk.about?.papers ?? 0;
    const all = `${papers.toLocaleString("en")} ${desk.about?.samples ? "sample " : ""}${papers === 1 ? "paper" : "papers"}`;
    scope.textContent = !desk.about ? "" : inForce() ? `Asks those of ${all} that the filters let through` : `Asks ${all}`;
  }
  on("bounds", drawScope);
  on("about", drawScope);
  on("opened", load);
  on("changed", turn);
  known.then((about) => ((library = about.library), load(), drawScope()));
}
