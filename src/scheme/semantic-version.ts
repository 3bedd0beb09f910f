/** Versions of programs (`v1.36.2`, `1.36`), as far as Kubernetes' objects compare them. */
const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

export const isVersion = (text: string): boolean => VERSION.test(text);

const numbersOf = (text: string): number[] =>
  (VERSION.exec(text) ?? []).slice(1).map((part) => Number(part ?? 0));

/** Below zero when `a` is older, above zero when it is newer; what follows the three numbers does not count. */
export function compareVersions(a: string, b: string): number {
  const right = numbersOf(b);
  for (const [index, number] of numbersOf(a).entries()) {
    const difference = number - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
