// One paper opened beside the table: its abstract, its collections and tags, a note, and what can be done with it.
import { takeOut, askOnly } from "./chosen.js";
import { pick } from "./collections.js";
import { emit, on, refresh } from "./desk.js";
import { button, clicks, copy, el, into, later, toast } from "./dom.js";
import { handle, turn } from "./routes.js";
import { tried } from "./server.js";

let wanted = null; // the paper to show once the part is there
let show = null;
/** Open a paper beside the table. */
export async function openPaper(paper) {
  wanted = paper;
  await show?.(paper);
}
handle("paper", (id) => (turn("library"), openPaper(Number(id))));

export function opened({ element }) {
  async function draw(paper) {
    const [told, marked] = await Promise.all([tried("paper", { paper }), tried("marks", { papers: [paper] })]);
    if (!told || paper !== wanted) return;
    const marks = marked?.marks[paper] ?? { collections: [], tags: [], note: "" };
    const chip = (kind, name) => el("span", { class: "ap-chip" }, kind === "tag" ? `# ${name}` : name,
      el("button", { type: "button", class: "ap-unchip", "aria-label": `Take the paper out of ${name}`, data: { do: "unmark", kind, name }, text: "×" }));
    const note = el("textarea", { class: "ap-papernote", rows: 2, maxlength: 20000, placeholder: "Your note on this paper", "aria-label": "Note on this paper" });
    note.value = marks.note;
    note.addEventListener("input", later(async () => (await tried("note", { paper, note: note.value })) && toast("Note kept"), 900));
    element.replaceChildren(
      el("div", { html: told.html }),
      el("div", { class: "ap-papermarks" },
        ...marks.collections.map((name) => chip("collection", name)), ...marks.tags.map((name) => chip("tag", name)),
        button("collect", "Add to a collection", {}, "+ collection"), button("tag", "Add a tag", {}, "+ tag"), button("asklone", "Ask only this paper")),
      note);
    if (innerWidth <= 860) into(element, "start");
  }
  show = draw;
  clicks(element, {
    bibtex: async () => {
      const told = await tried("paper_reference", { form: "bibtex", paper: wanted });
      if (told) copy(told.text);
    },
    remove: () => takeOut([wanted], async () => (await refresh(), draw(wanted))),
    collect: (pressed) => pick("collection", [wanted], pressed),
    tag: (pressed) => pick("tag", [wanted], pressed),
    unmark: async ({ dataset: { kind, name } }) => (await tried("unmark", { kind, name, papers: [wanted] })) && emit("groups"),
    asklone: () => askOnly([wanted], "1 paper chosen"),
  });
  on("groups", () => wanted !== null && draw(wanted));
  if (wanted !== null) draw(wanted);
}
