// Conversations in this browser, a row for each conversation and one for each exchange.
//
// An exchange hangs on the one before it (`parent`, null for the first); an edited question hangs where the one that it
// replaces does, so nothing is lost by an edit: `active` of the conversation says which child of each is shown. What is
// deleted is marked so, and can be brought back for a while; a deleted exchange is passed over where it stands.
// Each change is one transaction, so two tabs on one conversation add to it in turn; `changed` hears of both.
import { blank, newId, searched, settle, transact } from "./db.js";
export { newId, trouble, troubled } from "./db.js";

export const TITLE = 80; // characters of the first question that name a conversation
export const DAYS = 30; // that what was deleted can be brought back
const KEPT = DAYS * 24 * 3600 * 1000;

const between = new BroadcastChannel("askpapers");
const listeners = new Set();
/** Hear of every change: {conversation} of this tab or another. */
export const changed = (listener) => listeners.add(listener);
between.onmessage = ({ data }) => listeners.forEach((one) => one(data));
export function tell(what) {
  between.postMessage(what);
  listeners.forEach((one) => one(what));
}

/** Small things that a browser remembers at once; nothing, where it refuses to. */
export const pocket = {
  get(key, where = () => localStorage) {
    try {
      return where().getItem(key);
    } catch {
      return null;
    }
  },
  put(key, value, where = () => localStorage) {
    try {
      if (value) where().setItem(key, value);
      else where().removeItem(key);
    } catch {}
  },
};

// --- what is there

const byAge = (all) => all.sort((a, b) => a.at - b.at);
const latest = (all) => all.sort((a, b) => b.saved - a.saved);

/** All conversations of a library, the latest first, without those that were deleted. */
export async function conversations(library) {
  const all = await transact("readonly", (rows) => rows.conversations.all());
  return latest(all.filter((one) => one.library === library && !one.deleted));
}

/** The conversations of a library that were deleted and can be brought back, the last deleted first. */
export async function deleted(library) {
  const all = await transact("readonly", (rows) => rows.conversations.all());
  return all.filter((one) => one.library === library && one.deleted).sort((a, b) => b.deleted - a.deleted);
}

/** A conversation with its exchanges by id; null when it isn't there. */
export const read = (id) =>
  transact("readonly", async (rows) => {
    const conversation = await rows.conversations.get(id);
    return conversation ? { conversation, exchanges: await known(rows, id) } : null;
  });
const known = async (rows, id) => new Map(byAge(await rows.exchanges.of(id)).map((one) => [one.id, one]));

export const exchange = (id) => transact("readonly", async (rows) => (await rows.exchanges.get(id)) ?? null);

/** All exchanges whose answers aren't whole yet, of all conversations of a library: no other can answer them. */
export const pending = (library) =>
  transact("readonly", async (rows) => {
    const found = [];
    for (const one of await rows.exchanges.waiting()) if ((await rows.conversations.get(one.conversation))?.library === library) found.push(one);
    return found;
  });

/** What a search reads, of one conversation or of all: {id, conversation, question, text} of each exchange. */
export const texts = (conversation = null) => transact("readonly", (rows) => (conversation ? rows.texts.of(conversation) : rows.texts.all()));

// --- the tree of exchanges

const trees = new WeakMap(); // of what was read, which nobody changes: every exchange that is drawn asks for it
/** The children of each exchange (null: the first ones), the oldest first. */
function tree(exchanges) {
  if (trees.has(exchanges)) return trees.get(exchanges);
  const made = new Map();
  for (const one of exchanges.values()) made.set(one.parent, [...(made.get(one.parent) ?? []), one]);
  trees.set(exchanges, made);
  return made;
}
const under = (branches, parent) => branches.get(parent) ?? [];
const stands = (branches, one) => !one.deleted || under(branches, one.id).some((child) => stands(branches, child));
const seen = (branches, parent) => under(branches, parent).flatMap((one) => (one.deleted ? seen(branches, one.id) : [one]));

/** The line of exchanges from the first to the last that is shown, with the deleted ones that it passes. */
export function line(conversation, exchanges) {
  const branches = tree(exchanges);
  const found = [];
  for (let parent = null; ; parent = found.at(-1).id) {
    const all = under(branches, parent);
    const standing = all.filter((one) => stands(branches, one));
    const here = standing.length ? standing : all;
    if (!here.length) return found;
    found.push(here.find((one) => one.id === conversation.active[parent ?? ""]) ?? here.at(-1));
  }
}

/** The exchanges that are shown, in their order: at each fork the version that `active` names, else the latest. */
export const path = (conversation, exchanges) => line(conversation, exchanges).filter((one) => !one.deleted);

/** All versions of a question, itself among them, the oldest first. */
export function versions(exchanges, exchange) {
  let parent = exchange.parent;
  while (exchanges.get(parent)?.deleted) parent = exchanges.get(parent).parent;
  return seen(tree(exchanges), parent);
}

/** The forks that lead to an exchange, for `active`. */
export function forks(exchanges, id) {
  const found = {};
  for (let one = exchanges.get(id); one; one = exchanges.get(one.parent)) found[one.parent ?? ""] = one.id;
  return found;
}

// --- what changes it

/** Put an exchange among the rows of a transaction. */
export function keep(rows, one) {
  if (one.done) delete one.waiting;
  else one.waiting = 1;
  rows.exchanges.put(one);
  if (one.deleted) rows.texts.delete(one.id);
  else rows.texts.put(searched(one));
}

/**
 * Keep a question before it is asked; gives {conversation, exchange, exchanges}. `replaces` is the exchange that it is an edit of;
 * without it the question goes to the end of what is shown, wherever that is by now.
 */
export async function begin(library, id, question, { replaces = null, bounds = {}, ...more } = {}) {
  const made = await transact("readwrite", async (rows) => {
    const there = id && (await rows.conversations.get(id));
    const conversation = there || blank(id ?? newId(), library);
    const all = there ? await known(rows, id) : new Map();
    const edited = replaces && all.get(replaces);
    const parent = edited ? edited.parent : (line(conversation, all).at(-1)?.id ?? null);
    const at = Math.max(Date.now(), ...[...all.values()].map((one) => one.at + 1));
    const added = { id: newId(), conversation: conversation.id, parent, at, question, bounds, done: false, good: null, note: "", ...more };
    conversation.active[parent ?? ""] = added.id;
    if (!conversation.title) conversation.title = titled(question);
    Object.assign(conversation, { saved: Date.now(), deleted: null, bounds });
    keep(rows, added);
    rows.conversations.put(conversation);
    return { conversation, exchange: added, exchanges: all.set(added.id, added) };
  });
  tell({ conversation: made.conversation.id });
  return made;
}
const titled = (question) => (question.length <= TITLE ? question : `${question.slice(0, TITLE - 1).trimEnd()}…`);

/** Change what an exchange says, by a patch or a function that makes one; gives it, or null when it is gone. */
export async function amend(id, patch) {
  const found = await transact("readwrite", async (rows) => {
    const there = await rows.exchanges.get(id);
    if (there) keep(rows, Object.assign(there, typeof patch === "function" ? patch(there) : patch));
    return there ?? null;
  });
  if (found) tell({ conversation: found.conversation, exchange: id });
  return found;
}

/** Change what a conversation says (title, pinned, active, bounds ...); gives it, or null when it is gone. */
export async function alter(id, patch) {
  const found = await transact("readwrite", async (rows) => {
    const there = await rows.conversations.get(id);
    if (there) rows.conversations.put(Object.assign(there, typeof patch === "function" ? patch(there) : patch));
    return there ?? null;
  });
  if (found) tell({ conversation: id });
  return found;
}

/** Let the line that is shown go through an exchange; false when it isn't there. */
export async function reveal(id) {
  const found = await transact("readwrite", async (rows) => {
    const there = await rows.exchanges.get(id);
    const conversation = there && !there.deleted && (await rows.conversations.get(there.conversation));
    if (!conversation) return null;
    Object.assign(conversation.active, forks(await known(rows, conversation.id), id));
    rows.conversations.put(conversation);
    return conversation.id;
  });
  if (found) tell({ conversation: found });
  return Boolean(found);
}

/** Name a conversation; without a name it is called by its first question again. */
export async function rename(id, name) {
  const title = name.replace(/\s+/g, " ").trim().slice(0, 200);
  const first = title ? null : (await read(id))?.exchanges.values().next().value?.question;
  return alter(id, { title: title || titled(first ?? "Conversation"), named: Boolean(title) });
}

/**
 * Bring in a conversation as it was read from a file. One that is there gets the exchanges that it lacks, and nothing of
 * it is changed; gives {id, title, added, there}.
 */
export async function bringIn(library, conversation, exchanges) {
  const told = await transact("readwrite", async (rows) => {
    const mine = await rows.conversations.get(conversation.id);
    const others = mine && mine.library !== library; // the same file, opened over another library as well
    const id = others ? newId() : conversation.id;
    const ids = new Map(); // what an exchange is called here: one of that id may stand in another conversation
    let there = 0;
    for (const one of exchanges) {
      const here = await rows.exchanges.get(one.id);
      if (here && here.conversation === id) there += 1;
      ids.set(one.id, here && here.conversation !== id ? newId() : one.id);
    }
    const kept = mine && !others ? await known(rows, id) : new Map();
    const added = exchanges.filter((one) => !kept.has(ids.get(one.id)));
    for (const one of added) keep(rows, { ...one, id: ids.get(one.id), conversation: id, parent: ids.get(one.parent) ?? null });
    const active = Object.fromEntries(Object.entries(conversation.active ?? {})
      .filter(([parent, child]) => (parent === "" || ids.has(parent)) && ids.has(child))
      .map(([parent, child]) => [ids.get(parent) ?? "", ids.get(child)]));
    const row = mine && !others
      ? { ...mine, deleted: null, active: { ...active, ...mine.active } }
      : { ...blank(id, library), ...conversation, id, library, active, deleted: null };
    rows.conversations.put({ ...row, saved: Date.now() });
    return { id, title: row.title, added: added.length, there };
  });
  tell({ conversation: told.id });
  return told;
}

/** Delete conversations; they can be brought back for a while with `restore`. */
export const remove = (ids) => mark(ids, Date.now());
export const restore = (ids) => mark(ids, null);
async function mark(ids, deleted) {
  const found = await transact("readwrite", async (rows) => {
    const there = (await Promise.all(ids.map((id) => rows.conversations.get(id)))).filter(Boolean);
    for (const one of there) rows.conversations.put({ ...one, deleted });
    return there;
  });
  for (const { id } of found) tell({ conversation: id, deleted });
}

/** Delete an exchange, or bring back those of `ids`: the ones after it stay. */
export async function strike(ids, deleted) {
  for (const id of ids) await amend(id, { deleted });
}

const losers = new Set();
/** Hear of what the reader forgets for good, of this tab. */
export const purged = (listener) => losers.add(listener);

/** Forget conversations for good. */
export async function purge(ids) {
  losers.forEach((one) => one(ids));
  await transact("readwrite", async (rows) => {
    for (const id of ids) await forget(rows, id);
  });
  await settle();
  for (const id of ids) tell({ conversation: id, deleted: 1 });
}
export async function forget(rows, id) {
  const { library } = (await rows.conversations.get(id)) ?? {};
  keepDraft(library, id, "");
  rows.conversations.delete(id);
  for (const one of await rows.exchanges.of(id)) rows.exchanges.delete(one.id), rows.texts.delete(one.id);
}

/** Forget for good what was deleted long ago. */
export const sweep = (now = Date.now()) =>
  transact("readwrite", async (rows) => {
    for (const one of await rows.conversations.all()) if (one.deleted && now - one.deleted >= KEPT) await forget(rows, one.id);
  });

// --- drafts: kept as they are typed, so at once; where the storage is full they live in the page alone

const slot = (library, id) => `askpapers.draft.${library}.${id ?? "new"}`;
export const draft = (library, id) => pocket.get(slot(library, id)) ?? "";
export const keepDraft = (library, id, text) => pocket.put(slot(library, id), text);
