// Conversations kept on the server for the user who is logged in, where that is offered: each of their browsers has all.
//
// The browser's rows stay what the page works with. A row is sent by the fields that are other than the server is known
// to have them (`shadows`: a digest of each field as the server last told it), so two browsers that change one row both
// have their way. A row that is new here is sent once its answer is whole.
import { blank, transact } from "./db.js";
import { toast } from "./dom.js";
import { call, Gone, online } from "./server.js";
import { changed, forget, keep as put, purged, read, tell } from "./store.js";

const EVERY = 10000; // milliseconds between two looks at what other browsers did, while the tab is seen
const SOON = 400; // after a change here
const FIRST = 4000; // that the page waits for at its start
const MOST = 20; // rows of one call, as the server has it
const LARGE = 2e6; // characters of one call
const FIELDS = {
  conversation: ["title", "named", "started", "saved", "pinned", "deleted", "active", "bounds"],
  exchange: ["parent", "at", "question", "answer", "text", "ended", "good", "note", "bounds", "deleted", "check", "answerer", "alone", "written"],
};

// --- what is known of the server: in a database of its own, in memory where there is none

const memory = { shadows: new Map(), state: new Map() };
let opened = null;
const database = () => (opened ??= new Promise((done) => {
  try {
    const request = indexedDB.open("askpapers.kept", 1);
    request.onupgradeneeded = () => Object.keys(memory).forEach((name) => request.result.createObjectStore(name));
    request.onerror = () => done(null);
    request.onsuccess = () => {
      request.result.onversionchange = () => (request.result.close(), (opened = null));
      request.result.onclose = () => (opened = null);
      done(request.result);
    };
  } catch {
    done(null);
  }
}));
/** Do something with one store; what has no database, or no room in it, lives in memory until the tab is closed. */
async function within(name, mode, work, otherwise) {
  try {
    const store = (await database())?.transaction(name, mode).objectStore(name);
    if (store) return await new Promise((done, failed) => {
      const request = work(store);
      store.transaction.oncomplete = () => done(request?.result);
      store.transaction.onabort = () => failed(store.transaction.error);
    });
  } catch {}
  return otherwise(memory[name]);
}
const get = (name, key) => within(name, "readonly", (store) => store.get(key), (all) => all.get(key));
const set = (name, pairs) => within(name, "readwrite", (store) => void pairs.forEach(([key, value]) => (value === null ? store.delete(key) : store.put(value, key))),
  (all) => pairs.forEach(([key, value]) => (value === null ? all.delete(key) : all.set(key, value))));
const clear = (prefix) => within("shadows", "readwrite", (store) => store.delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`)), (all) => [...all.keys()].forEach((key) => key.startsWith(prefix) && all.delete(key)));

/** A digest of a value, of 53 bits: enough to see that it changed. */
function digest(value) {
  const text = JSON.stringify(value ?? null);
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

// --- what is to be sent, and what came

let library = null; // of the user who is logged in; null: nothing is kept
const keyOf = (kind, id) => `${library}/${kind}/${id}`;
const touched = new Set(); // conversations that may have changed here
const gone = new Set(); // those that were forgotten for good
const lasting = () => set("state", [[`${library}/touched`, [...touched]], [`${library}/gone`, [...gone]]]);

/** The fields of a row that the server doesn't have so; null for none. */
async function patch(kind, row) {
  const shadow = (await get("shadows", keyOf(kind, row.id))) ?? {};
  const fields = FIELDS[kind].filter((name) => row[name] !== undefined && digest(row[name]) !== shadow[name]);
  return fields.length ? { kind, id: row.id, conversation: row.conversation ?? row.id, fields: Object.fromEntries(fields.map((name) => [name, row[name]])) } : null;
}

/** What a conversation has that is to be sent. */
async function patches(id) {
  const found = await read(id);
  if (found?.conversation.library !== library) return [];
  const made = [await patch("conversation", found.conversation)];
  for (const one of found.exchanges.values()) if (one.done) made.push(await patch("exchange", one));
  return made.filter(Boolean);
}

/** Lay what the server has over the rows of this browser, but for what was changed here since it was `sent`. */
async function lay(rows, sent) {
  const keys = rows.map(({ kind, id }) => keyOf(kind, id));
  const shadows = new Map(await Promise.all(keys.map(async (key) => [key, (await get("shadows", key)) ?? {}])));
  const known = new Map(sent.map(({ kind, id, fields }) => [keyOf(kind, id), fields ?? {}]));
  const merged = (mine, kind, id, row) => {
    const [shadow, was] = [shadows.get(keyOf(kind, id)), known.get(keyOf(kind, id)) ?? {}];
    for (const name of FIELDS[kind]) {
      const here = digest(mine[name]);
      if (mine[name] === undefined || here === shadow[name] || (name in was && here === digest(was[name]))) mine[name] = row[name];
    }
    return mine;
  };
  const seen = await transact("readwrite", async (all) => {
    const seen = new Set();
    for (const { kind, id, conversation, row } of rows) {
      const mine = await all[`${kind}s`].get(id);
      if (mine && (kind === "conversation" ? mine.library !== library : mine.conversation !== conversation || !mine.done)) continue;
      seen.add(conversation);
      if (kind === "conversation" && !row) await forget(all, id);
      else if (kind === "conversation") all.conversations.put(merged(mine ?? { id, library, fresh: false }, kind, id, row));
      else if (!row) all.exchanges.delete(id), all.texts.delete(id);
      else put(all, merged(mine ?? { id, conversation, done: true }, kind, id, row));
    }
    for (const id of seen) {
      const there = await all.conversations.get(id); // its exchanges may have come before it
      if (!there && (await all.exchanges.of(id)).length) all.conversations.put(blank(id, library));
    }
    return seen;
  });
  await set("shadows", rows.map(({ kind, id, row }) => [keyOf(kind, id), row && Object.fromEntries(FIELDS[kind].map((name) => [name, digest(row[name])]))]));
  for (const conversation of seen) tell({ conversation, kept: true });
}

/** Send some changes, and take in what came since; gives whether there is more. */
async function exchange(changes) {
  const since = (await get("state", `${library}/version`)) ?? 0;
  const told = await call("keep", { since, changes });
  if (told.version < since) return await anew(), true; // the server has another past than the one that is known here
  await lay(told.rows, changes);
  if (told.lacking.length) await set("shadows", changes.filter(({ id }) => told.lacking.includes(id)).map(({ kind, id }) => [keyOf(kind, id), null]));
  await set("state", [[`${library}/version`, told.version]]);
  return told.more;
}

/** Know nothing of the server any more: everything here is compared with it. */
async function anew() {
  await clear(`${library}/`);
  await set("state", [[`${library}/version`, null]]);
  for (const one of await transact("readonly", (rows) => rows.conversations.all())) if (one.library === library) touched.add(one.id);
  await lasting();
}

async function sync() {
  if ((await get("state", `${library}/version`)) === undefined) await anew();
  const [here, lost] = [[...touched], [...gone]];
  let left = lost.map((id) => ({ kind: "conversation", id, conversation: id, fields: null }));
  for (const id of here) left.push(...(await patches(id)));
  for (let more = true; more || left.length; ) {
    let size = 0;
    const some = left.slice(0, MOST).filter((one, place) => (size += JSON.stringify(one).length) < LARGE || !place);
    more = await exchange(some);
    left = left.slice(some.length);
  }
  for (const id of here) if (!again.has(id)) touched.delete(id);
  for (const id of lost) gone.delete(id);
  await lasting();
}

let told = "";
let again = new Set(); // what changed while the server was asked
let working = null;
/** Be of one mind with the server; once at a time, of all tabs. */
function keepUp() {
  return (working ??= (async () => {
    again = new Set();
    try {
      await (navigator.locks ? navigator.locks.request(`askpapers.kept.${library}`, sync) : sync());
      told = "";
    } catch (error) {
      if (!(error instanceof Gone) && told !== error.message) toast((told = error.message), { error: true });
    } finally {
      working = null;
    }
  })());
}

let due = 0;
const soon = () => (clearTimeout(due), (due = setTimeout(keepUp, SOON)));

/** Keep the conversations with the server from now on, if it keeps any for who is logged in. */
export async function keeping(about) {
  if (!about.keeps) return;
  library = about.library;
  for (const id of (await get("state", `${library}/touched`)) ?? []) touched.add(id);
  for (const id of (await get("state", `${library}/gone`)) ?? []) gone.add(id);
  changed(({ conversation, kept }) => {
    if (kept) return;
    touched.add(conversation);
    again.add(conversation);
    lasting();
    soon();
  });
  purged((ids) => {
    for (const id of ids) gone.add(id);
    lasting();
    soon();
  });
  setInterval(() => document.hidden || keepUp(), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || keepUp());
  online((there) => there && soon());
  await Promise.race([keepUp(), new Promise((done) => setTimeout(done, FIRST))]);
}
