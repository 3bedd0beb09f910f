const known = new Map<string, boolean>();
/** More distinct names than there are time zones come only from a fuzzer: the memory starts afresh. */
const MAX_KNOWN = 1000;

/** Why the text names no time zone; undefined when it does. */
export function timeZoneProblem(name: string): string | undefined {
  const found = known.get(name) ?? isTimeZone(name);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, found);
  return found ? undefined : `unknown time zone ${name}`;
}

function isTimeZone(name: string): boolean {
  // The runtime also knows offsets (`+01:00`), which have no name.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // Ignored: that is how the runtime says no.
    return false;
  }
}
