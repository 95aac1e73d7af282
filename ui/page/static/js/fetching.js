// Papers straight from open indexes: looked at first, then brought in; queries that are kept. Only where it is offered.
import { emit, on, refresh } from "./desk.js";
import { button, clicks, el, toast } from "./dom.js";
import { call, tried } from "./server.js";
import { newId } from "./store.js";

const IDS = ""; // the index that ids choose themselves
const WORDS = { "aria-label": "Words or ids", placeholder: "Words, or ids: arxiv:2004.12832 doi:10.1000/182" };
const DAY = { "aria-label": "Day", placeholder: "A day: 2026-11-24" };

export function fetching({ element }) {
  const index = el("select", { name: "index", "aria-label": "Index" });
  const text = el("textarea", { name: "text", rows: 2, ...WORDS });
  const author = el("input", { name: "author", type: "text", maxlength: 400, "aria-label": "Author", placeholder: "Author" });
  const years = el("input", { name: "years", type: "text", maxlength: 40, "aria-label": "Years", placeholder: "Years: 2019-2021" });
  const limit = el("input", { name: "limit", type: "number", min: 1, max: 10000, value: 100, "aria-label": "Papers at most" });
  const keep = el("input", { name: "keep", type: "checkbox" });
  const bring = el("button", { type: "button", class: "ap-main", text: "Bring them in", data: { do: "bring" } });
  const gives = el("p", { class: "ap-gives" });
  const wrong = el("p", { class: "ap-wrong", role: "alert" });
  const waits = el("p", { class: "ap-waits", role: "status" });
  const coming = el("div", { class: "ap-comings" });
  const kept = el("div", { class: "ap-kept" });
  const form = el("form", { class: "ap-fetchform", "aria-label": "Fetch papers from an index" },
    index, gives, text,
    el("div", { class: "ap-bounds" }, author, years, el("label", {}, "at most ", limit)),
    el("label", { class: "ap-keeps" }, keep, " Keep this query, to refresh it"),
    wrong,
    el("div", { class: "ap-feet" }, el("button", { type: "submit", class: "ap-act ap-look", text: "Look" }), bring),
    waits, coming);
  element.replaceChildren(el("details", { class: "ap-fetch" }, el("summary", { text: "Fetch from an index" }), form, kept));

  let known = [];
  async function draw() {
    const told = await tried("queries");
    if (!told) return;
    kept.innerHTML = told.html;
    if (known.length) return;
    known = told.indexes;
    index.replaceChildren(...known.map(([name, title]) => el("option", { value: name, text: title })), el("option", { value: IDS, text: "By ids alone" }));
    describe();
  }
  function describe() {
    const [, , said, searches] = known.find(([name]) => name === index.value) ?? [, , "ids choose their index: arXiv's, DOIs, PubMed's", []];
    const day = searches.includes("day");
    gives.textContent = said;
    for (const [name, value] of Object.entries(day ? DAY : WORDS)) text.setAttribute(name, value);
    author.disabled = !searches.includes("author");
    years.disabled = day || index.value === IDS; // where an index can't search by years, other years are left out afterwards
  }

  const sent = () => ({ index: index.value, text: text.value.trim(), author: author.disabled ? "" : author.value.trim(), years: years.disabled ? "" : years.value.trim(), limit: Number(limit.value) || 100, keep: keep.checked });
  /** Call, and tell what goes wrong in the form; null then. */
  async function said(work) {
    wrong.textContent = "";
    waits.textContent = "Asking …";
    form.setAttribute("aria-busy", "true");
    for (const one of form.querySelectorAll("button")) one.disabled = true;
    try {
      return await work();
    } catch (error) {
      wrong.textContent = error.message;
      return null;
    } finally {
      waits.textContent = "";
      form.removeAttribute("aria-busy");
      for (const one of form.querySelectorAll("button")) one.disabled = false;
    }
  }
  /** Look what would come, and show meanwhile what the index makes us wait for. */
  async function look() {
    const id = newId();
    let told = await call("look", { ...sent(), look: id });
    while (told.said !== undefined) {
      if (told.said) waits.textContent = told.said;
      told = await call("looked", { look: id, heard: told.said });
    }
    return told;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = await said(look);
    coming.innerHTML = told?.html ?? "";
  });
  form.addEventListener("input", () => (coming.replaceChildren(), (wrong.textContent = "")));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  index.addEventListener("change", describe);
  const queryOf = (pressed) => Number(pressed.closest("[data-query]").dataset.query);
  clicks(element, {
    bring: async () => {
      if (!form.reportValidity() || !(await said(() => call("fetch", sent())))) return;
      coming.replaceChildren();
      emit("begun");
    },
    again: async (pressed) => {
      if (await tried("refresh_query", { query: queryOf(pressed) })) emit("begun");
    },
    forget: async (pressed) => {
      const told = await tried("forget_query", { query: queryOf(pressed) });
      if (!told) return;
      toast(`${told.source} is kept no longer; its papers stay`);
      await draw();
    },
  });
  on("about", draw);
  draw();
}
