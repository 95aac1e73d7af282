// Files: conversations saved, opened, shared and exported; references of one answer or of all.
import { desk } from "./desk.js";
import { copy, download, el, toast } from "./dom.js";
import { go, tabShown } from "./routes.js";
import { tried } from "./server.js";
import * as store from "./store.js";

const REFERENCES = [["bibtex", "BibTeX"], ["ris", "RIS"], ["csl-json", "CSL-JSON"], ["apa", "APA"], ["ieee", "IEEE (numbers)"]];
const SAVED = ".askpapers.json"; // what the name of a saved conversation ends with
const OPENED = /\.(json|jsonl|txt)$/i; // what may be one: saved here, or a history of the command line
const MOST = 20_000_000; // bytes

const sent = ({ question, answer = null, text = "" }) => ({ question, answer, text });

async function conversation(id) {
  const found = await store.read(id);
  return found && { ...found.conversation, path: store.path(found.conversation, found.exchanges).filter((one) => one.done), exchanges: found.exchanges };
}

/** Make a file of exchanges in a form, and hand it to the reader. */
async function exportAs(form, exchanges, title) {
  const told = await tried("exported", { form, title, exchanges: exchanges.map(sent) });
  if (told) download(told);
}
const whole = async (id, form) => {
  const one = await conversation(id);
  if (one) await exportAs(form, one.path, one.title);
};

/** Save a conversation with all versions of its questions, to be opened again. */
async function save(id) {
  const one = await conversation(id);
  if (!one) return;
  const told = await tried("saved", { conversation: {
    id: one.id, title: one.title, started: one.started, filters: one.bounds, shown: one.path.at(-1)?.id ?? null,
    exchanges: standing(one.exchanges).map(({ id: name, parent, question, answer = null, text = "", ended = "", good = null, note = "", at, bounds = {} }) =>
      ({ id: name, parent, question, answer, text, ended, good, note, asked: new Date(at).toISOString(), filters: bounds })),
  } });
  if (told) download(told);
}

/** The exchanges that are whole and not deleted; what hung on another hangs on what came before that. */
function standing(exchanges) {
  const there = (one) => one && !one.deleted && one.done;
  const parent = (one) => {
    let before = exchanges.get(one.parent);
    while (before && !there(before)) before = exchanges.get(before.parent);
    return before?.id ?? null;
  };
  return [...exchanges.values()].filter(there).map((one) => ({ ...one, parent: parent(one) }));
}

/** Share a conversation as one page with its evidence. */
async function share(id) {
  const one = await conversation(id);
  const told = one && (await tried("shared", { title: one.title, exchanges: one.path.map(sent) }));
  if (told) download(told);
}

/** What can be made of a conversation, for a menu. */
export const conversationMenu = (id) => [
  { head: "Keep and share" },
  { label: "Save to a file", act: () => save(id) },
  { label: "Share as a page", act: () => share(id) },
  { head: "Export" },
  { label: "Markdown", act: () => whole(id, "conversation") },
  { label: "Plain text", act: () => whole(id, "text") },
  { label: "History (JSON Lines)", act: () => whole(id, "history") },
  { head: "References" },
  ...REFERENCES.map(([form, label]) => ({ label, act: () => whole(id, form) })),
];

/** The references of one answer, for a menu. */
export const referenceMenu = (one) => [
  { head: "References of this answer" },
  ...REFERENCES.map(([form, label]) => ({ label, act: () => exportAs(form, [one], one.question) })),
];

/** What else can be done with an exchange, for a menu. */
export const answerMenu = (one) => [
  { label: "Copy as plain text", act: () => copied(one, "text") },
  { label: "Copy the address of this answer", act: () => copy(new URL(`#/c/${one.conversation}/${one.id}`, document.baseURI).href) },
  ...(deletedOf().length ? [{ label: `Bring back ${deletedOf().length} deleted`, act: () => store.strike(deletedOf(), null) }] : []),
  { label: "Delete this exchange", danger: true, act: () => strike(one) },
];
const deletedOf = () => [...desk.exchanges.values()].filter((one) => one.deleted).map((one) => one.id);

/** Copy an answer as Markdown (`conversation`) or as plain `text`. */
export async function copied(one, form = "conversation") {
  const told = await tried("exported", { form, title: one.question, exchanges: [sent(one)] });
  if (told) await copy(told.text);
}

async function strike(one) {
  await store.strike([one.id], Date.now());
  toast("Exchange deleted", { undo: () => store.strike([one.id], null) });
}

// --- opening

/** Let the reader choose a file, and open the conversation in it. */
export function openFiles() {
  const field = el("input", { type: "file", accept: ".json,.jsonl", hidden: true, multiple: true, class: "ap-filefield" });
  field.addEventListener("change", () => opened([...field.files]).finally(() => field.remove()));
  field.addEventListener("cancel", () => field.remove());
  document.body.append(field);
  field.click();
}

async function opened(files) {
  for (const file of files) await open(file);
}

async function open(file) {
  if (file.size > MOST) return toast(`${file.name} has over ${MOST / 1e6} MB: too much for a conversation.`, { error: true });
  const told = await tried("opened_file", { name: file.name, text: await file.text() });
  if (!told) return undefined;
  const { filters = {}, shown = null, exchanges, ...conversation_ } = told.conversation;
  const now = Date.now();
  const rows = exchanges.map(({ filters: bounds = {}, asked, ...one }, place) => ({ ...one, bounds, at: Date.parse(asked) || now - (exchanges.length - place) * 1000, html: null, done: true }));
  let kept;
  try {
    kept = await store.bringIn(desk.about.library, { ...conversation_, bounds: filters, active: store.forks(new Map(rows.map((one) => [one.id, one])), shown) }, rows);
  } catch (error) {
    return toast(`${file.name} can't be kept in the browser: ${error?.message ?? error}`, { error: true });
  }
  await go(`#/c/${kept.id}`);
  return toast(say(kept));
}
const answers = (many) => (many === 1 ? "1 question" : `${many} questions`);
const say = ({ title, added, there }) => {
  if (!there) return `Opened “${title}” with ${answers(added)}`;
  return added ? `“${title}” was here: ${answers(added)} added, ${answers(there)} left as they are` : `“${title}” was here already, with all of its questions`;
};

/** Hear of files dropped on the page: a saved conversation is opened, and no other file makes the browser leave. */
export function drops() {
  const files = (event) => event.dataTransfer?.types.includes("Files") && !event.target.closest?.('#ap-uploads, input[type="file"]');
  document.addEventListener("dragover", (event) => files(event) && !event.defaultPrevented && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!files(event) || event.defaultPrevented) return;
    event.preventDefault();
    const [some, others] = [[], []];
    const maybe = ({ name }) => name.endsWith(SAVED) || (tabShown() === "ask" && OPENED.test(name)); // elsewhere it may be papers
    for (const one of event.dataTransfer.files) (maybe(one) ? some : others).push(one);
    if (some.length) opened(some);
    else if (others.length) toast("This is no saved conversation. Papers are added under Library.", { error: true });
  });
}
