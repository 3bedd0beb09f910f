import type { ApiObject } from './object.ts';

/**
 * The class that is marked as the default: of several the newest, and of equally new ones the first by name.
 * @param annotations any of which, `true`, marks one
 */
export function defaultOf<T extends ApiObject>(
  classes: Iterable<T>,
  annotations: readonly string[],
): T | undefined {
  let best: T | undefined;
  for (const one of classes) {
    const { metadata } = one;
    if (!annotations.some((key) => metadata.annotations?.[key] === 'true')) continue;
    if (!best || isPreferred(one, best)) best = one;
  }
  return best;
}

function isPreferred({ metadata: a }: ApiObject, { metadata: b }: ApiObject): boolean {
  const byAge = Date.parse(a.creationTimestamp ?? '') - Date.parse(b.creationTimestamp ?? '');
  return byAge !== 0 ? byAge > 0 : (a.name ?? '') < (b.name ?? '');
}
