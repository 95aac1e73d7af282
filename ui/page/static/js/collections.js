// Collections and tags: chosen or made for some papers, listed as what the library is narrowed to, renamed, deleted.
import { desk, emit, setBounds } from "./desk.js";
import { button, clicks, el, place, toast } from "./dom.js";
import { last } from "./filters.js";
import { closes } from "./keys.js";
import { tried } from "./server.js";

const several = (count) => (count === 1 ? "1 paper" : `${count.toLocaleString("en")} papers`);

/** Put papers into a collection (or tag them), with a way back. */
export async function put(kind, name, papers) {
  const told = await tried("mark", { kind, name, papers });
  if (!told) return false;
  const what = kind === "collection" ? `in the collection ${name}` : `tagged ${name}`;
  const undo = told.papers ? async () => (await tried("unmark", { kind, name, papers })) && emit("groups") : undefined;
  toast(`${several(papers.length)} ${what}`, { undo });
  emit("groups");
  return true;
}

let shut = null; // closes the one that is open
/** Let the reader choose a collection or tag for papers, or name a new one; `at` is the button that was pressed. */
export async function pick(kind, papers, at, suggested = "") {
  const known = await tried("groups");
  if (!known) return;
  shut?.();
  const field = el("input", { type: "text", maxlength: 80, placeholder: kind === "collection" ? "Name of a collection" : "Tag", "aria-label": kind === "collection" ? "Name of the collection" : "Tag" });
  field.value = suggested;
  const options = el("ul", { class: "ap-options" });
  const box = el("form", { id: "ap-picker", class: "ap-popover", role: "dialog", "aria-label": kind === "collection" ? "Add to a collection" : "Tag the papers" },
    field, options, el("div", { class: "ap-feet" }, el("button", { type: "submit", class: "ap-main", text: kind === "collection" ? "Add" : "Tag" }), button("close", "Cancel")));
  const unheard = closes(() => (close(), true));
  const close = (shut = () => {
    if (shut !== close) return;
    shut = null;
    unheard();
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    at?.focus?.();
  });
  const outside = (event) => box.contains(event.target) || close();
  const names = () => (kind === "collection" ? known.collections : known.tags);
  function draw() {
    const typed = field.value.trim().toLowerCase();
    const fit = names().filter(([name]) => name.toLowerCase().includes(typed)).slice(0, 8);
    options.replaceChildren(...fit.map(([name, count]) => el("li", {}, el("button", { type: "button", data: { do: "option", name } }, el("span", { text: name }), el("span", { class: "ap-size", text: count })))));
  }
  const done = async (name) => name && (await put(kind, name, papers)) && close();
  clicks(box, { option: (pressed) => done(pressed.dataset.name), close });
  field.addEventListener("input", draw);
  box.addEventListener("submit", (event) => (event.preventDefault(), done(field.value.trim())));
  (document.querySelector(".gradio-container") ?? document.body).append(box);
  draw();
  place(box, at?.getBoundingClientRect() ?? { left: innerWidth / 2, width: 0, top: innerHeight / 2, bottom: innerHeight / 2 });
  document.addEventListener("pointerdown", outside, true);
  field.select();
}

/** Make a collection of papers, under a name that is suggested. */
export const collect = (papers, suggested = "") => pick("collection", papers, document.activeElement, suggested);

const KINDS = { collection: "the collection", tag: "the tag", origin: "the source" };

/**
 * The groups of a library as a list of what it can be narrowed to. `narrow({collection|tag|origin}, in words)` is told
 * what is pressed, `whole({origin}, button)` that a collection is wanted of all papers of a source.
 */
export function groups({ narrow, whole }) {
  const element = el("div", { class: "ap-groups" });
  let known = { collections: [], tags: [], sources: [] };
  let at = {};

  const row = (bound, name, label, count, ...acts) =>
    el("li", {}, el("button", { type: "button", class: "ap-group", title: label, "aria-pressed": String(at[bound] === name), data: { do: "narrow", bound, name } }, el("span", { text: label }), el("span", { class: "ap-size", text: count ?? "" })), ...acts);
  const section = (title, rows) => rows.length && el("section", {}, el("h4", { text: title }), el("ul", {}, ...rows));
  const removable = () => !desk.about?.samples;

  function draw() {
    element.replaceChildren(...[
      section("Collections", known.collections.map(([name, count]) => row("collection", name, name, count,
        button("rename", `Rename the collection ${name}`, { data: { do: "rename", name } }, "✎"), button("drop", `Delete the collection ${name}`, { data: { do: "drop", name } }, "×")))),
      section("Tags", known.tags.map(([name, count]) => row("tag", name, name, count))),
      section("Sources", known.sources.map(([name, path]) => row("origin", path, name, null, button("whole", `Make a collection of ${name}`, { data: { do: "whole", name: path } }, "+"),
        removable() && button("source", `Remove the source ${name} and its papers`, { data: { do: "source", name: path } }, "×")))),
    ].filter(Boolean));
  }
  async function look() {
    const [named, sources] = await Promise.all([tried("groups"), tried("sources")]);
    if (named && sources) known = { ...named, sources: sources.sources.slice(1) };
    draw();
  }

  function turn(bounds) {
    at = bounds;
    const [[bound, name] = []] = Object.entries(at);
    narrow(at, bound ? `${KINDS[bound]} ${bound === "origin" ? last(name) : name}` : "");
    draw();
  }

  clicks(element, {
    narrow: ({ dataset: { bound, name } }) => turn(at[bound] === name ? {} : { [bound]: name }),
    whole: (pressed) => whole({ origin: pressed.dataset.name }, pressed),
    rename: (pressed) => {
      const old = pressed.dataset.name;
      const field = el("input", { type: "text", maxlength: 80, "aria-label": `New name of ${old}` });
      field.value = old;
      const item = pressed.closest("li");
      let over = false;
      const close = async (keep) => {
        if (over) return;
        over = true;
        const name = field.value.trim();
        if (!keep || !name || name === old || !(await tried("rename_collection", { old, new: name }))) return draw();
        if (at.collection === old) turn({ collection: name });
        if (desk.bounds.collection === old) setBounds({ ...desk.bounds, collection: name });
        emit("groups");
      };
      field.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (event.key === "Enter") close(true);
        if (event.key === "Escape") event.stopPropagation(), close(false);
      });
      field.addEventListener("blur", () => close(true));
      item.replaceChildren(field);
      field.select();
    },
    drop: async ({ dataset: { name } }) => {
      const told = await tried("delete_collection", { name });
      if (!told) return;
      toast(`The collection ${name} is deleted; its papers stay`, { undo: async () => (await tried("mark", { kind: "collection", name, papers: told.papers })) && emit("groups") });
      if (at.collection === name) turn({});
      emit("groups");
    },
    source: ({ dataset: { name } }) => element.dispatchEvent(new CustomEvent("askpapers:source", { detail: name })),
  });
  return { element, look, clear: () => turn({}) };
}
