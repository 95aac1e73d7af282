// Tables of papers, kept in this browser: a row each in a database of their own, for they may be large.

const NAME = "askpapers.tables";
const KEPT = 40; // tables; who makes more loses the oldest

let opened = null;
function open() {
  return (opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("tables", { keyPath: "id" });
    request.onerror = () => failed(request.error);
    request.onsuccess = () => done(request.result);
  }).catch((error) => ((opened = null), Promise.reject(error))));
}

async function transact(mode, work) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction("tables", mode);
    const request = work(transaction.objectStore("tables"));
    transaction.oncomplete = () => done(request?.result ?? null);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

export const read = (id) => transact("readonly", (tables) => tables.get(id));

/** All tables of a library, the latest first. */
export async function all(library) {
  const found = await transact("readonly", (tables) => tables.getAll());
  return found.filter((one) => one.library === library).sort((a, b) => b.at - a.at);
}

/** Keep a table as it is now. Gives false when the browser can't: the table is then in the page alone. */
export async function keep(table) {
  try {
    await transact("readwrite", (tables) => tables.put(table));
    return true;
  } catch {
    return false;
  }
}

/** Let go of the oldest tables of a library. */
export async function thin(library) {
  for (const old of (await all(library)).slice(KEPT)) await remove(old.id);
}

export const remove = (id) => transact("readwrite", (tables) => tables.delete(id));
