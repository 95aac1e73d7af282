// The one way to the server: `call(name, what is sent)` gives what it tells, or throws what a reader is to be told.
// Knows whether the server is there: `online` hears of it going and coming back.
import { toast } from "./dom.js";
import { lean } from "./packed.js";

let give;
const wired = new Promise((done) => (give = done));
export const wire = ({ server }) => give(server);

/** An expected error, in the server's own words. */
export class Refused extends Error {}
/** The server can't be reached. */
export class Gone extends Error {}

const LOOK = 500; // milliseconds before the first look whether the server is back
const REFUSED = "The server is there but refused this. Reload the page, and sign in again if it asks you to.";
const SELDOM = 5000; // and at most, the longer it is gone; in a tab that nobody sees, always
let there = true;
let back = null; // resolves when it is
const listeners = new Set();
export const online = (listener) => (listeners.add(listener), listener(there));

function turn(now) {
  if (there === now) return;
  there = now;
  for (const listener of listeners) listener(now);
}

/** Resolves once the server answers again. */
export function returned() {
  turn(false);
  back ??= (async () => {
    for (let wait = LOOK; ; wait = Math.min(wait * 1.1, SELDOM)) {
      await new Promise((done) => setTimeout(done, document.hidden ? SELDOM : wait));
      if (await healthy()) break;
    }
    back = null;
    turn(true);
  })();
  return back;
}

/** What a call tells; null when nothing came back, or nothing that is ours. */
async function once(name, sent) {
  const server = await wired;
  try {
    const told = await server.call(name, lean(sent));
    return typeof told === "object" ? told : null;
  } catch {
    return null;
  }
}

async function healthy() {
  try {
    const reply = await fetch(new URL("health", document.baseURI), { cache: "no-store" });
    return reply.ok && (await reply.json()).status === "ok";
  } catch {
    return false;
  }
}

const failures = new Map(); // calls in a row, by name, of which nothing came though the server is there
const ENOUGH = 3;

/** A server that is there and refuses again and again isn't gone: a password that ran out, a proxy in between. */
export async function call(name, sent = {}) {
  const told = await once(name, sent);
  if (!told) {
    failures.set(name, (await healthy()) ? (failures.get(name) ?? 0) + 1 : 0);
    if (failures.get(name) >= ENOUGH) throw new Refused(REFUSED);
    returned();
    throw new Gone("The server can't be reached. What you wrote is kept; it goes on once the server is back.");
  }
  failures.delete(name);
  turn(true);
  if (told.error) throw new Refused(told.error);
  return told;
}

/** Do what calls the server, again and again until it is there. */
export async function patiently(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      await returned();
    }
  }
}

/** Call, and tell the reader what goes wrong; null then. */
export async function tried(name, sent) {
  try {
    return await call(name, sent);
  } catch (error) {
    toast(error.message, { error: true });
    return null;
  }
}
