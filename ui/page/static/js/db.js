// The browser's database (IndexedDB): rows of conversations, of exchanges, and of the texts that a search reads.
// What it has no room for lives in the memory of this tab, laid over it; so does everything where there is no database.

const NAME = "askpapers";
const VERSION = 2;
const KINDS = ["conversations", "exchanges", "texts"];
const FULL = new Set(["QuotaExceededError", "UnknownError"]); // the disk is full, or the browser can't write to it
const NONE = "This browser keeps nothing for this page, as in a private window: conversations last until this tab is closed. Save to a file what you need.";
const NEWER = "The conversations here were kept by a newer version of this page: reload it to see them. Until then questions are kept in this tab only.";
const OLDER = "An older version of this page is open in another tab: close that tab, and this one goes on.";
const NO_ROOM = "This browser has no room left: what comes now is kept in this tab only. Save it to a file, or delete old conversations for good.";

const over = Object.fromEntries(KINDS.map((kind) => [kind, new Map()])); // rows by id that are kept in this tab only; null: deleted

/** What the reader is to know of how conversations are kept: one line, or none. */
export let trouble = "";
const hearers = new Set();
/** Hear of it, now and whenever it changes. */
export const troubled = (hearer) => (hearers.add(hearer), hearer(trouble));
function note(text) {
  if (trouble === text) return;
  trouble = text;
  for (const hearer of hearers) hearer(text);
}

let opened = null;
/** The database; null where there is none that can be used. */
function open() {
  return (opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = (event) => upgrade(request.result, request.transaction, event.oldVersion);
    request.onblocked = () => note(OLDER);
    request.onerror = () => failed(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => (request.result.close(), (opened = null));
      request.result.onclose = () => (opened = null);
      if (trouble === OLDER) note("");
      done(request.result);
    };
  }).catch((error) => (note(error.name === "VersionError" ? NEWER : NONE), null)));
}

function upgrade(database, transaction, before) {
  const exchanges = database.createObjectStore("exchanges", { keyPath: "id" });
  exchanges.createIndex("conversation", "conversation");
  exchanges.createIndex("waiting", "waiting"); // only rows whose answer isn't whole have it
  const texts = database.createObjectStore("texts", { keyPath: "id" });
  texts.createIndex("conversation", "conversation");
  if (before < 1) return void database.createObjectStore("conversations", { keyPath: "id" });
  // 0.1.0 kept a conversation with all its exchanges in one row.
  const conversations = transaction.objectStore("conversations");
  conversations.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    const { id: conversation, library, title, started, saved = Date.now(), exchanges: old } = cursor.value;
    const asked = (Array.isArray(old) ? old : []).filter((one) => one && typeof one.question === "string");
    let parent = null;
    asked.forEach(({ id, question, answer = null, text = "", ended = "", good = null, note: why = "" }, place) => {
      const at = saved - (asked.length - place) * 1000;
      const row = { id: id || newId(), conversation, parent, at, question, answer, text, ended, good, note: why, bounds: {}, done: true };
      exchanges.put(row);
      texts.put(searched(row));
      parent = row.id;
    });
    cursor.update({ ...blank(conversation, library), title: title || asked[0]?.question || "", started: started ?? new Date(saved).toISOString(), saved });
    cursor.continue();
  };
}

export const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

/** A conversation in which nothing was asked yet. */
export const blank = (id, library) => ({
  id, library, title: "", named: false, started: new Date().toISOString(), saved: Date.now(), pinned: false, fresh: false, deleted: null,
  active: {}, bounds: {},
});

/** What a search reads of an exchange. */
export const searched = ({ id, conversation, question, answer, text }) => ({ id, conversation, question, text: answer?.text || text || "" });

const got = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

/** The rows of one kind in a transaction: `store` is the database's (none: memory alone), `changes` what was put so far. */
function rows(kind, store, changes, writes) {
  const laid = (found, fits = () => true) => {
    const all = new Map(found.map((one) => [one.id, one]));
    for (const layer of [over[kind], changes]) for (const [id, row] of layer) row && fits(row) ? all.set(id, structuredClone(row)) : all.delete(id);
    return [...all.values()];
  };
  const where = async (name, value) => laid(store ? await got(store.index(name).getAll(value)) : [], (row) => row[name] === value);
  return {
    get: async (id) => {
      for (const layer of [changes, over[kind]]) if (layer.has(id)) return structuredClone(layer.get(id)) ?? undefined;
      return store ? got(store.get(id)) : undefined;
    },
    all: async () => laid(store ? await got(store.getAll()) : []),
    of: (conversation) => where("conversation", conversation),
    waiting: () => where("waiting", 1),
    put: (row) => {
      if (writes) store.put(row);
      changes.set(row.id, row);
    },
    delete: (id) => {
      if (writes) store.delete(id);
      changes.set(id, null);
    },
  };
}

let turn = Promise.resolve(); // memory has no transactions: one work after the other
/**
 * Do `work({ conversations, exchanges, texts })` as one transaction: all of it or nothing. It may await what its rows
 * give, and nothing else; where the disk is full it is done again, into memory.
 */
export async function transact(mode, work) {
  const database = await open();
  if (!database) return (turn = turn.catch(() => {}).then(() => run(null, "readonly", work)));
  try {
    return await run(database, mode, work);
  } catch (error) {
    if (error instanceof Closed) return transact(mode, work);
    if (mode === "readonly" || !FULL.has(error.name)) throw error;
    note(NO_ROOM);
    return run(database, "readonly", work);
  }
}

/** The connection to the database was closed meanwhile. */
class Closed extends Error {}

async function run(database, mode, work) {
  const writes = mode === "readwrite";
  const changes = Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));
  let transaction = null;
  try {
    transaction = database?.transaction(KINDS, mode);
  } catch {
    opened = null;
    throw new Closed();
  }
  const whole = new Promise((done, failed) => {
    if (!transaction) return done();
    transaction.oncomplete = done;
    transaction.onabort = () => failed(transaction.error ?? new DOMException("", "AbortError"));
  });
  whole.catch(() => {});
  let found;
  try {
    found = await work(Object.fromEntries(KINDS.map((kind) => [kind, rows(kind, transaction?.objectStore(kind), changes[kind], writes)])));
  } catch (error) {
    try {
      transaction?.abort();
    } catch {} // it is over already: why, says `whole`
    await whole.catch((why) => {
      throw why.name === "AbortError" ? error : why;
    });
    throw error;
  }
  await whole;
  for (const kind of KINDS)
    for (const [id, row] of changes[kind])
      if (writes) over[kind].delete(id);
      else over[kind].set(id, structuredClone(row));
  return found;
}

/** Try again to keep what had no room. */
export async function settle() {
  if (!(await open()) || !KINDS.some((kind) => over[kind].size)) return;
  const kept = await transact("readwrite", (all) => {
    for (const kind of KINDS) for (const [id, row] of over[kind]) row ? all[kind].put(row) : all[kind].delete(id);
  }).then(() => !KINDS.some((kind) => over[kind].size), () => false);
  if (kept && trouble === NO_ROOM) note("");
}
