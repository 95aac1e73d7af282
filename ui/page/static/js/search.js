// Finds conversations by words in their titles, questions and answers. What is searched lies folded in memory, read once
// from the texts that the browser keeps, and again only for a conversation that changed.
import * as store from "./store.js";

const AROUND = 46; // characters of a snippet before the first word that was sought, and twice that after it

const plain = new Map(); // characters beyond ASCII that were folded before
function fold(one) {
  if (!plain.has(one)) plain.set(one, (one.normalize("NFD")[0].toLowerCase() + one)[0]);
  return plain.get(one);
}
/** A text without case and accents, a character for each of its characters. */
export const folded = (text) => text.replace(/[^\x00-\x7f]/g, fold).toLowerCase();

/** The words of a query, folded; what stands in quotes is one. */
export function words(query) {
  const found = [...query.normalize("NFC").matchAll(/"([^"]+)"?|([^\s"]+)/g)].map(([, quoted, word]) => folded(quoted ?? word).trim());
  return [...new Set(found.filter(Boolean))];
}

const texts = new Map(); // of each conversation: [{ id, text, low }]
const stale = new Set();
let read = null;
store.changed(({ conversation }) => stale.add(conversation));

const ready = ({ id, question, text }) => {
  const whole = `${question}\n${text}`.normalize("NFC");
  return { id, text: whole, low: folded(whole) };
};

async function load() {
  read ??= store.texts().then((all) => {
    for (const one of all) texts.set(one.conversation, [...(texts.get(one.conversation) ?? []), ready(one)]);
  });
  await read;
  for (const id of [...stale]) {
    stale.delete(id);
    texts.set(id, (await store.texts(id)).map(ready));
  }
}

/** Get ready to search, as when the reader goes to where words are written. */
export const prepare = () => load().catch(() => (read = null));

/**
 * The conversations that hold all words of a query, in the order given: {one, exchange, snippet}, with the first
 * exchange that holds most of them (none where the title holds all) and a piece of it as [text, is it a word sought].
 */
export async function search(query, conversations) {
  const sought = words(query);
  if (!sought.length) return null;
  await load();
  return conversations.map((one) => match(one, sought)).filter(Boolean);
}

function match(one, sought) {
  const title = folded(one.title.normalize("NFC"));
  const missing = new Set(sought.filter((word) => !title.includes(word)));
  if (!missing.size) return { one, exchange: null, snippet: null };
  let best = null;
  let most = 0;
  for (const exchange of texts.get(one.id) ?? []) {
    let held = 0;
    for (const word of sought) if (exchange.low.includes(word)) (held += 1), missing.delete(word);
    if (held > most) (most = held), (best = exchange);
    if (most === sought.length) break;
  }
  return missing.size || !best ? null : { one, exchange: best.id, snippet: snippet(best, sought) };
}

function snippet({ text, low }, sought) {
  const first = Math.min(...sought.map((word) => low.indexOf(word)).filter((at) => at >= 0));
  const from = first <= AROUND ? 0 : low.lastIndexOf(" ", first - AROUND / 2) + 1 || first - AROUND;
  const piece = text.slice(from, first + AROUND * 2);
  const parts = marked(piece.replace(/\s/g, " "), sought);
  return [[from ? "… " : "", false], ...parts, [from + piece.length < text.length ? " …" : "", false]];
}

/** A text in pieces: [text, is it one of the words]. */
export function marked(text, sought) {
  const low = folded(text);
  const found = [];
  for (let at = 0; at < text.length; ) {
    const next = sought.map((word) => [low.indexOf(word, at), word.length]).filter(([place]) => place >= 0).sort(([a, x], [b, y]) => a - b || y - x)[0];
    if (!next) return [...found, [text.slice(at), false]];
    const [place, length] = next;
    if (place > at) found.push([text.slice(at, place), false]);
    found.push([text.slice(place, place + length), true]);
    at = place + length;
  }
  return found;
}
