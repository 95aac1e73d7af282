// Conversations in this browser (IndexedDB), a row for each conversation and one for each exchange.
//
// An exchange hangs on the one before it (`parent`, null for the first); an edited question hangs where the one that it
// replaces does, so nothing is lost by an edit: `active` of the conversation says which child of each is shown.
// Each change is one transaction, so two tabs on one conversation add to it in turn; `changed` hears of both.

const NAME = "askpapers";
const VERSION = 2;
export const TITLE = 80; // characters of the first question that name a conversation
const KEPT = 30 * 24 * 3600 * 1000; // milliseconds that a deleted conversation can be brought back

const between = new BroadcastChannel("askpapers");
const listeners = new Set();
/** Hear of every change: {conversation} of this tab or another. */
export const changed = (listener) => listeners.add(listener);
between.onmessage = ({ data }) => listeners.forEach((one) => one(data));
function tell(what) {
  between.postMessage(what);
  listeners.forEach((one) => one(what));
}

export const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

let opened = null;
function open() {
  return (opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = (event) => upgrade(request.result, request.transaction, event.oldVersion);
    request.onblocked = () => failed(new Error("another tab still has an older version of this page open: close it"));
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => (request.result.close(), (opened = null));
      request.result.onclose = () => (opened = null);
      done(request.result);
    };
  }).catch((error) => ((opened = null), Promise.reject(error))));
}

function upgrade(database, transaction, before) {
  const exchanges = database.createObjectStore("exchanges", { keyPath: "id" });
  exchanges.createIndex("conversation", "conversation");
  if (before < 1) return void database.createObjectStore("conversations", { keyPath: "id" });
  // 0.1.0 kept a conversation with all its exchanges in one row.
  const conversations = transaction.objectStore("conversations");
  conversations.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    const { exchanges: old = [], ...kept } = cursor.value;
    let parent = null;
    old.forEach((one, place) => {
      const { id, question, answer, text, ended, good, note } = one;
      const at = (kept.saved ?? Date.now()) - (old.length - place) * 1000;
      exchanges.put({ id, conversation: kept.id, parent, at, question, answer, text, ended, good, note, done: true });
      parent = id;
    });
    cursor.update({ ...blank(kept.id, kept.library), title: kept.title, started: kept.started, saved: kept.saved });
    cursor.continue();
  };
}

const blank = (id, library) => ({
  id, library, title: "", named: false, started: new Date().toISOString(), saved: Date.now(), pinned: false, deleted: null,
  active: {}, bounds: {},
});

/** Run a transaction: `work(conversations, exchanges)` may await their requests, and nothing else. */
async function transact(mode, work) {
  const database = await open();
  const transaction = database.transaction(["conversations", "exchanges"], mode);
  const whole = new Promise((done, failed) => {
    transaction.oncomplete = done;
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
  const result = work(transaction.objectStore("conversations"), transaction.objectStore("exchanges"));
  const [found] = await Promise.all([result, whole]);
  return found;
}
const got = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
const of = (exchanges, conversation) => got(exchanges.index("conversation").getAll(conversation));

// --- what is there

/** All conversations of a library, the latest first, without those that were deleted. */
export async function conversations(library) {
  const all = await transact("readonly", (store) => got(store.getAll()));
  return all.filter((one) => one.library === library && !one.deleted).sort((a, b) => b.saved - a.saved);
}

/** A conversation with its exchanges by id; null when it isn't there. */
export const read = (id) =>
  transact("readonly", async (store, exchanges) => {
    const conversation = await got(store.get(id));
    if (!conversation) return null;
    const all = await of(exchanges, id);
    return { conversation, exchanges: new Map(all.sort((a, b) => a.at - b.at).map((one) => [one.id, one])) };
  });

export const exchange = (id) => transact("readonly", (_, exchanges) => got(exchanges.get(id)));

/** All exchanges whose answers aren't whole yet, of all conversations. */
export const pending = () => transact("readonly", async (_, exchanges) => (await got(exchanges.getAll())).filter((one) => !one.done));

/** All exchanges of all conversations, to search in. */
export const everything = () => transact("readonly", (_, exchanges) => got(exchanges.getAll()));

/** The children of an exchange (null: the first ones), the oldest first. */
export const children = (exchanges, parent) => [...exchanges.values()].filter((one) => one.parent === parent);

/** The exchanges that are shown, oldest first. */
export function path(conversation, exchanges) {
  const found = [];
  for (let parent = null; ; ) {
    const here = children(exchanges, parent);
    if (!here.length) return found;
    const next = here.find((one) => one.id === conversation.active[parent ?? ""]) ?? here.at(-1);
    found.push(next);
    parent = next.id;
  }
}

// --- what changes it

/**
 * Keep a question before it is asked; gives {conversation, exchange}. `replaces` is the exchange that it is an edit of;
 * without it the question goes to the end of what is shown, wherever that is by now.
 */
export async function begin(library, id, question, { replaces = null, bounds = {}, ...more } = {}) {
  const made = await transact("readwrite", async (store, exchanges) => {
    const there = id && (await got(store.get(id)));
    const conversation = there || blank(id ?? newId(), library);
    const known = new Map(there ? (await of(exchanges, id)).sort((a, b) => a.at - b.at).map((one) => [one.id, one]) : []);
    const edited = replaces && known.get(replaces);
    const parent = edited ? edited.parent : (path(conversation, known).at(-1)?.id ?? null);
    const at = Math.max(Date.now(), ...[...known.values()].map((one) => one.at + 1));
    const added = { id: newId(), conversation: conversation.id, parent, at, question, bounds, done: false, good: null, note: "", ...more };
    conversation.active[parent ?? ""] = added.id;
    if (!conversation.title) conversation.title = question.length <= TITLE ? question : `${question.slice(0, TITLE - 1).trimEnd()}…`;
    Object.assign(conversation, { saved: Date.now(), deleted: null, bounds });
    exchanges.put(added);
    store.put(conversation);
    return { conversation, exchange: added };
  });
  tell({ conversation: made.conversation.id });
  return made;
}

/** Change what an exchange says, by a patch or a function that makes one; gives it, or null when it is gone. */
export async function amend(id, patch) {
  const found = await transact("readwrite", async (_, exchanges) => {
    const there = await got(exchanges.get(id));
    if (there) exchanges.put(Object.assign(there, typeof patch === "function" ? patch(there) : patch));
    return there ?? null;
  });
  if (found) tell({ conversation: found.conversation, exchange: id });
  return found;
}

/** Change what a conversation says (title, pinned, active, bounds ...); gives it, or null when it is gone. */
export async function alter(id, patch) {
  const found = await transact("readwrite", async (store) => {
    const there = await got(store.get(id));
    if (there) store.put(Object.assign(there, typeof patch === "function" ? patch(there) : patch));
    return there ?? null;
  });
  if (found) tell({ conversation: id });
  return found;
}

/** Keep a whole conversation as it was read from a file. */
export async function put(conversation, exchanges) {
  await transact("readwrite", (store, rows) => {
    store.put(conversation);
    for (const one of exchanges) rows.put(one);
  });
  tell({ conversation: conversation.id });
}

/** Delete conversations; they can be brought back for a while with `restore`. */
export const remove = (ids) => mark(ids, Date.now());
export const restore = (ids) => mark(ids, null);
async function mark(ids, deleted) {
  await transact("readwrite", async (store) => {
    for (const id of ids) {
      const there = await got(store.get(id));
      if (there) store.put({ ...there, deleted });
    }
  });
  for (const id of ids) tell({ conversation: id, deleted });
}

/** Forget for good what was deleted long ago. */
export const sweep = (now = Date.now()) =>
  transact("readwrite", async (store, exchanges) => {
    for (const one of await got(store.getAll())) {
      if (!one.deleted || now - one.deleted < KEPT) continue;
      store.delete(one.id);
      for (const row of await of(exchanges, one.id)) exchanges.delete(row.id);
    }
  });

// --- drafts: kept as they are typed, so at once

const slot = (library, id) => `askpapers.draft.${library}.${id ?? "new"}`;
export const draft = (library, id) => localStorage.getItem(slot(library, id)) ?? "";
export function keepDraft(library, id, text) {
  try {
    if (text) localStorage.setItem(slot(library, id), text);
    else localStorage.removeItem(slot(library, id));
  } catch {} // a full storage: the draft lives in the page alone
}
