// What was dropped on the page: files, and those of folders, however deep.

const SKIPPED = /^\./; // .DS_Store and the like

async function under(entry) {
  if (SKIPPED.test(entry.name)) return [];
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)); // at most 100 at a time
    if (!some.length) return found;
    for (const one of some) found.push(...(await under(one)));
  }
}

/** All files of what was dropped. What to read has to be taken at once: the browser forgets it after the event. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(under))).flat();
}
