// Conversations by when something was last asked in them.

const DAY = 24 * 3600 * 1000;
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

/** The name of the group of a time: Today, Yesterday, Previous 7 days, Previous 30 days, then months. */
export function groupOf(at, now = Date.now()) {
  const days = Math.round((midnight(now) - midnight(at)) / DAY); // rounded: a day of 23 or 25 hours is one as well
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days <= 7) return "Previous 7 days";
  if (days <= 30) return "Previous 30 days";
  const then = new Date(at);
  const year = then.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return then.toLocaleDateString("en-GB", { month: "long", year });
}

/** Conversations, the latest first, as [name, those of it]; those that are pinned come before all. */
export function groups(conversations, now = Date.now()) {
  const found = new Map();
  for (const one of [...conversations.filter((one) => one.pinned), ...conversations.filter((one) => !one.pinned)]) {
    const name = one.pinned ? "Pinned" : groupOf(one.saved, now);
    found.set(name, [...(found.get(name) ?? []), one]);
  }
  return [...found];
}
