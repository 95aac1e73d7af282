// The filters in force, as chips beside the composer, and the popover in which they are set.
import { desk, on, setBounds } from "./desk.js";
import { button, clicks, el, later, place } from "./dom.js";
import { closes } from "./keys.js";
import { tried } from "./server.js";

const NAMES = { years: "Years", title: "Title", origin: "Source", collection: "Collection", tag: "Tag", retracted: "Retracted papers" };
const HINTS = { years: "2020, 2018-2021, 2018.. or ..2015", title: "words of the title" };
const ALL = { origin: "All sources", retracted: "Included" };
/** What a source is called where there is little room: a file by its name, a query of an index as it is. */
export const last = (source) => (/^(\/|\\\\|[A-Za-z]:[\\/])/.test(source) ? source.split(/[/\\]/).at(-1) : String(source));
const papersOf = (count) => (count === 1 ? "1 paper" : `${count.toLocaleString("en")} papers`);

/** What a filter says, in words; empty when it isn't in force. */
function said(name, bounds) {
  if (name === "papers") return bounds.papers?.length ? `Only ${bounds.label || papersOf(bounds.papers.length)}` : "";
  return bounds[name] ? `${NAMES[name]}: ${name === "origin" ? last(bounds[name]) : bounds[name]}` : "";
}

/** How many filters are in force. */
export const inForce = (bounds = desk.bounds) => ["papers", ...Object.keys(NAMES)].filter((name) => said(name, bounds)).length;

/** Show the chips of the filters in force in `chips`; `opener` is the button that opens the popover. */
export function filters(chips, opener) {
  function draw() {
    chips.replaceChildren(...["papers", ...Object.keys(NAMES)].map((name) => [name, said(name, desk.bounds)]).filter(([, text]) => text).map(([name, text]) =>
      el("span", { class: "ap-chip", title: text }, el("span", { class: "ap-chiptext", text }),
        el("button", { type: "button", class: "ap-unchip", "aria-label": `Remove the filter ${text}`, data: { do: "unbound", bound: name }, text: "×" }))));
    opener.setAttribute("aria-pressed", String(inForce() > 0));
  }
  clicks(chips, {
    unbound: ({ dataset: { bound } }) => {
      setBounds({ ...desk.bounds, ...(bound === "papers" ? { papers: [], label: "" } : { [bound]: "" }) });
      (chips.querySelector(".ap-unchip") ?? opener).focus();
    },
  });
  opener.setAttribute("aria-haspopup", "dialog");
  opener.setAttribute("aria-expanded", "false");
  let shut = null;
  opener.addEventListener("click", async () => {
    if (shut) return shut();
    opener.setAttribute("aria-expanded", "true");
    const unheard = closes(() => (close(), opener.focus(), true));
    const close = (shut = () => {
      if (shut !== close) return;
      shut = null;
      unheard();
      opener.setAttribute("aria-expanded", "false");
      box?.remove();
      document.removeEventListener("pointerdown", outside, true);
    });
    let box = null;
    const outside = (event) => box?.contains(event.target) || opener.contains(event.target) || close();
    document.addEventListener("pointerdown", outside, true);
    const [groups, sources] = await Promise.all([tried("groups"), tried("sources")]);
    if (shut !== close || !groups || !sources) return close();
    box = popover({ ...groups, sources: sources.sources.slice(1) }, () => (close(), opener.focus()));
    (document.querySelector(".gradio-container") ?? document.body).append(box);
    place(box, opener.getBoundingClientRect());
    box.querySelector("input").focus();
  });
  on("bounds", draw);
  on("opened", () => shut?.()); // they are those of another conversation
  draw();
}

/** The form of the filters: what is set is in force at once, what can't be read is told at its field and isn't. */
function popover({ collections, tags, sources }, close) {
  const choices = {
    origin: sources.map(([name, path]) => [path, name]),
    collection: collections.map(([name, count]) => [name, `${name} (${count})`]),
    tag: tags.map(([name, count]) => [name, `${name} (${count})`]),
    retracted: [["left out", "Left out"]],
  };
  const told = el("p", { class: "ap-within", role: "status" });
  const field = (name) => {
    const id = `ap-filter-${name}`;
    const shared = { id, name, "aria-describedby": `${id}-wrong` };
    const made = choices[name]
      ? el("select", shared, ...[["", ALL[name] ?? "Any"], ...listed(choices[name], desk.bounds[name])].map(([value, text]) => el("option", { value, text })))
      : el("input", { ...shared, type: "text", maxlength: 400, placeholder: HINTS[name], autocomplete: "off" });
    made.value = desk.bounds[name] ?? "";
    return el("div", { class: "ap-field" }, el("label", { for: id, text: NAMES[name] }), made, el("p", { class: "ap-wrong", id: `${id}-wrong`, role: "alert" }));
  };
  const shown = Object.keys(NAMES).filter((name) => !choices[name] || choices[name].length || desk.bounds[name]);
  const form = el("form", { id: "ap-filters", class: "ap-popover ap-filters", role: "dialog", "aria-label": "Filter the papers that are asked" },
    ...shown.map(field), told, el("div", { class: "ap-feet" }, el("button", { type: "submit", class: "ap-main", text: "Done" }), button("unfilter", "Clear all")));

  const written = () => Object.fromEntries(shown.map((name) => [name, form.elements[name].value.trim()]));
  let asked = 0;
  const { id } = desk; // whose filters they are
  /** Take what is written; gives whether all of it can be read. */
  async function take() {
    const mine = ++asked;
    if (cleared || desk.id !== id) return false;
    const bounds = { ...desk.bounds, ...written() };
    const answer = await tried("within", { bounds });
    if (!answer || mine !== asked || cleared || desk.id !== id) return false;
    for (const name of shown) {
      const wrong = answer.wrong[name] ?? "";
      form.querySelector(`#ap-filter-${name}-wrong`).textContent = wrong;
      form.elements[name].toggleAttribute("aria-invalid", Boolean(wrong));
      if (wrong) bounds[name] = desk.bounds[name] && desk.bounds[name] !== bounds[name] ? desk.bounds[name] : "";
    }
    told.textContent = answer.papers === null ? "" : answer.papers ? `${papersOf(answer.papers)} will be asked` : "No paper passes these filters";
    setBounds(bounds);
    return !Object.keys(answer.wrong).length;
  }
  form.addEventListener("input", later(take, 250));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await take()) close();
    else form.querySelector("[aria-invalid]")?.focus();
  });
  let cleared = false; // what was being read then is in force no more
  clicks(form, { unfilter: () => ((cleared = true), setBounds({}), close()) });
  take();
  return form;
}

/** Choices with the one in force, which may be of papers that are gone. */
const listed = (choices, now) => (!now || choices.some(([value]) => value === now) ? choices : [...choices, [now, last(now)]]);
