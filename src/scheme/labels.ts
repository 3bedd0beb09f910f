/** Labels of an object; absent is the same as empty. */
export type Labels = Readonly<Record<string, string>>;

const NO_LABELS: Labels = {};

/** Whether `labels` has every pair of `wanted`: the equality selector of Services and replication controllers. */
export function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  const present = labels ?? NO_LABELS;
  for (const key in wanted) if (present[key] !== wanted[key]) return false;
  return true;
}

/** `a=1,b=2`, sorted by key, as kubectl prints labels; `<none>` when there are none. */
export function formatLabels(labels: Labels | undefined): string {
  const keys = Object.keys(labels ?? NO_LABELS).sort();
  if (keys.length === 0) return '<none>';
  return keys.map((key) => `${key}=${labels?.[key]}`).join(',');
}
