// Ids of papers in few letters: thousands chosen go along with every question. ui/page/calls/packed.py reads them.

const FEW = 100; // ids that are sent as they are

/** Ids sorted, each by its distance from the one before, in bytes of seven bits, the lowest first; as base64. */
function packed(ids) {
  let bytes = "";
  let last = 0;
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
    let gap = id - last;
    last = id;
    for (; gap > 127; gap = Math.floor(gap / 128)) bytes += String.fromCharCode(128 + (gap % 128));
    bytes += String.fromCharCode(gap);
  }
  return btoa(bytes);
}

/** What is sent, with the papers of its filters packed where they are many. */
export const lean = (sent) => (sent.bounds?.papers?.length > FEW ? { ...sent, bounds: { ...sent.bounds, papers: packed(sent.bounds.papers) } } : sent);
