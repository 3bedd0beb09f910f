/**
 * Which of two resourceVersions is newer: negative when `a` is older. They are decimal numbers without leading zeros;
 * Kubernetes lets clients compare those of one cluster, and a stream of several resources has to.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
