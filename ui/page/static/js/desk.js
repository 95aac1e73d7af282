// What is on the desk: the library, the conversation that is read, the answer whose evidence is shown; and asking.
// Every answer belongs to its exchange: `follow` brings it home wherever the reader is by then.
import { say, toast } from "./dom.js";
import { call, Gone, Refused, returned } from "./server.js";
import * as store from "./store.js";

const EARLIER = 8; // questions that a follow-up may hang on
const SAID = 600; // characters of their answers
const FOUND = 30; // papers that they found, best first
const LONGEST = 4000; // of a question, as the server has it: one of a file may be longer
const LOST = "The server was restarted before the answer was whole. Ask again.";
const STOPPED = "Stopped before the answer was whole.";
const BOUNDS = "askpapers.bounds"; // of a conversation that has no question yet: they live through a reload

/**
 * What is on the desk. `path`: the exchanges shown; `chosen`: the id of the one whose evidence is shown; `bounds`: the
 * filters in force ({years, origin, title, collection, tag, papers with their `label`}); `answerer` and `check`: who
 * writes the answers, and whether claims are checked.
 */
export const desk = {
  about: null, id: null, conversation: null, exchanges: new Map(), path: [], chosen: null, bounds: JSON.parse(store.pocket.get(BOUNDS, () => sessionStorage) ?? "{}"),
  answerer: null, check: false,
};

const listeners = new Map();
/** Hear of `about`, `opened`, `changed`, `listed`, `chosen`, `jump`, `piece`, `bounds`; `working`, `begun`: papers are brought in, and that was begun here. */
export const on = (kind, listener) => listeners.set(kind, [...(listeners.get(kind) ?? []), listener]);
export const emit = (kind, ...given) => (listeners.get(kind) ?? []).forEach((one) => one(...given));

/**
 * What of each answer that is being written has come so far: its whole `blocks` as HTML, the `text` of the last one, and
 * all that was `written`, as it is. One tab brings an answer home and tells the others of it.
 */
export const underway = new Map();
const told = new BroadcastChannel("askpapers.underway");
told.onmessage = ({ data: { id, so } }) => (so ? following.has(id) && see(id, so) : halt(id));
function see(id, so) {
  underway.set(id, so);
  emit("piece", id);
}

let know;
export const known = new Promise((done) => (know = done));
/** Ask the server what it serves; at the start, and when the library may have changed. */
export async function refresh() {
  const about = await call("about");
  if (desk.about && desk.about.library !== about.library) location.reload(); // another library is served at this address now
  desk.about = about;
  know(desk.about);
  emit("about", desk.about);
  return desk.about;
}

// --- which conversation is read

let opening = 0;
/** Put a conversation on the desk (null: a new one). Gives false when it isn't there. */
export async function open(id) {
  const mine = ++opening;
  const found = id ? await store.read(id) : null;
  if (mine !== opening) return true; // another was opened meanwhile
  if (id && (!found || found.conversation.deleted)) return false;
  Object.assign(desk, { id, conversation: found?.conversation ?? null, exchanges: found?.exchanges ?? new Map() });
  desk.path = found ? store.path(found.conversation, found.exchanges) : [];
  desk.chosen = desk.path.at(-1)?.id ?? null;
  desk.bounds = found?.conversation.bounds ?? {};
  store.pocket.put(BOUNDS, null, () => sessionStorage);
  store.pocket.put("askpapers.current", id, () => sessionStorage);
  emit("opened");
  emit("bounds");
  looked();
  followAll(desk.path);
  return true;
}

/** True while the reader sees the conversation on the desk. */
const inView = () => !document.hidden && Boolean(document.getElementById("ap-transcript")?.checkVisibility());
/** The reader has seen what came into the conversation on the desk. */
export function looked() {
  if (desk.conversation?.fresh && inView()) store.alter(desk.id, { fresh: false });
}
document.addEventListener("visibilitychange", looked);

// A change in this tab or another: read again what is on the desk, and nothing else; once for all that changed before.
let reading = Promise.resolve();
let due = false; // a reading waits for its turn
store.changed(({ conversation }) => {
  emit("listed");
  if (conversation !== desk.id || due) return;
  due = true;
  reading = reading.catch(() => {}).then(async () => {
    due = false;
    const { id } = desk;
    const found = id && (await store.read(id));
    if (!id || id !== desk.id) return;
    if (!found || found.conversation.deleted) return void (await leave(id));
    const followed = desk.chosen === (desk.path.at(-1)?.id ?? null); // who looks at the last answer goes on to the next
    Object.assign(desk, found, { path: store.path(found.conversation, found.exchanges) });
    if (followed || !desk.path.some((one) => one.id === desk.chosen)) desk.chosen = desk.path.at(-1)?.id ?? null;
    emit("changed");
    adopt(found.conversation.bounds ?? {});
    looked();
    followAll(desk.path);
  });
});

/** The conversation on the desk was deleted: go to a new one, with what was being written. */
async function leave(id) {
  const { library } = desk.about ?? {};
  const text = store.draft(library, id);
  if (text && !store.draft(library, null)) store.keepDraft(library, null, text), store.keepDraft(library, id, "");
  await open(null);
}

/** Show the evidence of an answer; `wanted` says what of it: {number, claim} or {paper}. */
export function choose(id, wanted = null) {
  desk.chosen = id;
  emit("chosen", wanted);
}

/** Show another version of an edited question. */
export const turnTo = (exchange) => store.reveal(exchange.id);

/** Show an answer of the conversation on the desk, in whatever version it stands. Gives false when it isn't there. */
export async function jump(id) {
  const one = desk.exchanges.get(id);
  if (!one || one.deleted) return false;
  if (!desk.path.includes(one)) {
    await store.reveal(id);
    await reading;
  }
  choose(id);
  emit("jump", id);
  return true;
}

let setting = 0; // filters on their way into the browser's rows, which say less until then
export function setBounds(bounds) {
  desk.bounds = bounds;
  emit("bounds");
  if (!desk.id) return store.pocket.put(BOUNDS, JSON.stringify(bounds), () => sessionStorage);
  setting += 1;
  return store.alter(desk.id, { bounds }).finally(() => (setting -= 1));
}

/** Filters that were set in another tab are in force in this one, too. */
function adopt(bounds) {
  if (setting || JSON.stringify(bounds) === JSON.stringify(desk.bounds)) return;
  desk.bounds = bounds;
  emit("bounds");
}

// --- asking

/** True while an answer of this conversation is on its way. */
export const busy = () => desk.path.some((one) => !one.done);

let beginning = false; // a question is being kept: a second click on it asks nothing

/** Ask a question in the conversation on the desk, or an edited one in the place of `replaces`; `alone`: it hangs on no
 * earlier one, `written`: no word of it is read as another. */
export async function ask(question, { replaces = null, alone = false, written = false } = {}) {
  question = question.trim();
  if (!question || beginning) return false;
  if (busy() && !replaces) return toast("Wait for this answer, or stop it with Esc"), false;
  const bounds = desk.bounds;
  const at = desk.id;
  let made;
  beginning = true;
  try {
    made = await store.begin((await known).library, desk.id, question, { replaces, bounds, check: desk.check, answerer: desk.answerer, alone, written });
  } catch (error) {
    toast(`This question can't be kept in the browser: ${error?.message ?? error}`, { error: true });
    return false;
  } finally {
    beginning = false;
  }
  follow(made.exchange, made);
  if (!at && !desk.id) await open(made.conversation.id);
  await reading;
  return true;
}

/** What came before an exchange, as the server needs it to understand a follow-up and to keep the papers' numbers. */
function before(exchange, exchanges) {
  const chain = [];
  for (let one = exchanges.get(exchange.parent); one; one = exchanges.get(one.parent)) chain.unshift(one);
  const numbers = {};
  for (const { answer } of chain) for (const { number, paper } of cited(answer)) numbers[number] ??= paper;
  const earlier = chain.filter((one) => !one.deleted).slice(-EARLIER).map(({ question, answer, text }) => ({
    question: [...question].slice(0, LONGEST).join(""), text: [...(answer?.text ?? text ?? "")].slice(0, SAID).join(""), outcome: answer?.outcome ?? null,
    query: [...(answer?.searched.query ?? "")].slice(0, LONGEST).join(""), readings: answer?.searched.readings ?? [], papers: (answer?.searched.scores ?? []).slice(0, FOUND).map(([paper]) => paper),
  }));
  return { earlier, numbers, spent: chain.reduce((sum, one) => sum + (one.answer?.cost ?? 0), 0) };
}

/** The papers that an answer cites: {number, paper}. */
export const cited = (answer) => (answer?.citations ?? []).map((one) => ({ number: one.number, paper: one.paper_id }));

const following = new Map();
/**
 * Bring an answer home: ask for it if the server hasn't heard of it, and keep it when it is whole. Once at a time.
 * `fresh`: its conversation as it was read just now, {conversation, exchanges}.
 */
export function follow(exchange, fresh = null) {
  if (!following.has(exchange.id)) following.set(exchange.id, bring(exchange, fresh).finally(() => following.delete(exchange.id)));
  return following.get(exchange.id);
}

const followAll = (exchanges) => exchanges.filter((one) => !one.done).forEach((one) => follow(one));

// A browser has few connections to one server, so of all tabs one waits for an answer; when it is closed, the next one.
// A page that is left may be kept by the browser, frozen, for going back to it: it lets go, and begins anew when shown.
const left = new Promise((done) => addEventListener("pagehide", done, { once: true }));
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
const alone = (id, work) => (navigator.locks ? navigator.locks.request(`askpapers.${id}`, () => Promise.race([work(), left])) : work());

function bring({ id, conversation, parent }, fresh) {
  return alone(id, async () => {
    let kept = fresh ?? (await store.read(conversation));
    const there = kept?.exchanges.get(id);
    if (!there || there.done) return void underway.delete(id);
    const previous = kept.exchanges.get(parent);
    if (previous && !previous.done) {
      // Asked in another tab at the same time: what it cites has its numbers before this answer is written.
      await sooner(id, follow(previous));
      kept = await store.read(conversation);
    }
    const done = await asked(there, kept);
    underway.delete(id);
    // In another tab it may have been stopped meanwhile: then that holds.
    await store.amend(id, (one) => (one.done ? {} : { answer: null, text: "", html: null, ...done, done: true }));
    if (conversation !== desk.id || !inView()) await store.alter(conversation, { fresh: true });
    say(done.html?.said ?? done.ended);
    if (!done.html) await rendered([await store.exchange(id)], (await known).looks);
  });
}

/** Ask the server unless it was asked before a reload, and follow what it writes; gives what became of it. */
async function asked(exchange, { conversation, exchanges }) {
  const { id } = exchange;
  const { earlier, numbers, spent } = before(exchange, exchanges);
  const cut = (ended) => ({ text: underway.get(id)?.written ?? "", ended });
  let sent = Boolean(exchange.sent);
  let seen = 0;
  let begun = true;
  for (;;) {
    try {
      if (unwanted.has(id) && !sent) return cut(STOPPED);
      let news;
      if (sent) news = await call("follow", { exchange: id, seen, spent, begun });
      else {
        news = await call("ask", { exchange: id, library: conversation.library, question: exchange.question, earlier, numbers, bounds: exchange.bounds,
          check: exchange.check ?? false, answerer: exchange.answerer ?? null, alone: exchange.alone ?? false, written: exchange.written ?? false, spent });
        sent = true;
        if (!news.done) await store.amend(id, { sent });
        if (unwanted.has(id)) await call("stop", { exchange: id }); // the word to stop was there before the question
      }
      if (news.lost) return cut(LOST);
      if (news.done) return whole(news.done, exchange);
      if (!seen) underway.delete(id);
      ({ seen, begun } = news);
      add(id, news);
    } catch (error) {
      if (error instanceof Refused) return cut(error.message);
      if (!(error instanceof Gone)) throw error;
      const back = returned();
      await sooner(id, back);
      if (!unwanted.has(id)) continue;
      if (sent) back.then(() => call("stop", { exchange: id })).catch(() => {});
      return cut(STOPPED);
    }
  }
}

/** What became of a question, with the papers that were chosen for it, which the server doesn't send back. */
function whole(done, { bounds }) {
  const filters = done.answer?.searched.filters;
  if (filters?.papers) filters.papers = bounds?.papers ?? [];
  return done;
}

function add(id, { pieces, begun }) {
  const so = underway.get(id) ?? { blocks: [], text: "", written: "", open: 0 };
  for (const [kind, what, open] of pieces) {
    if (kind === "anew") Object.assign(so, { blocks: [], written: "", open: 0 });
    else if (kind === "block") so.blocks.push(what), (so.open = open);
    else so.written += what;
  }
  so.text = [...so.written].slice(so.open).join("");
  so.begun = begun;
  told.postMessage({ id, so });
  see(id, so);
}

const unwanted = new Set();
const hurried = new Map(); // what ends the waiting for an answer that is no longer wanted
/** Wait for something, but not once the answer is no longer wanted. */
const sooner = (id, what) => (unwanted.has(id) ? null : Promise.race([what, new Promise((done) => hurried.set(id, done))]));

function halt(id) {
  unwanted.add(id);
  hurried.get(id)?.();
}

/** Stop an answer: what had come of it stays, also when the server is gone or doesn't know of it yet. */
export async function stop(id) {
  halt(id);
  told.postMessage({ id });
  await call("stop", { exchange: id }).catch(() => {});
}

/** After a reload: what was asked and isn't answered is followed, of whatever conversation of this library. */
export const resume = async () => followAll(await store.pending((await known).library));

const redone = new Set(); // what was made anew here, or can't be
/** The looks of answers that another version of the page rendered, or that were read from a file, made anew. */
export async function rendered(exchanges, looks) {
  const stale = exchanges.filter((one) => (one?.answer || one?.text) && one.html?.looks !== looks && !redone.has(one.id));
  for (let at = 0; at < stale.length; at += 10) {
    const some = stale.slice(at, at + 10);
    const { html } = await call("show", { answers: some.map((one) => [one.answer ?? one.text, before(one, desk.exchanges).spent]) });
    for (const one of some) redone.add(one.id);
    await Promise.all(some.map((one, place) => html[place] && store.amend(one.id, { html: html[place] })));
  }
}
