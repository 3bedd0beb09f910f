/** A source of randomness in [0, 1), injected wherever a test or a seeded simulation must repeat a run. */
export type Random = () => number;

export const systemRandom: Random = Math.random;

/** A repeatable source (mulberry32): the same seed gives the same sequence. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** No vowels and no look-alikes, as Kubernetes' generated names, so that no word appears by chance. */
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `length` random characters that are safe in every Kubernetes name. */
export function randomSuffix(length: number, random: Random = systemRandom): string {
  let suffix = '';
  for (let i = 0; i < length; i++) {
    suffix += SAFE_ALPHABET[Math.floor(random() * SAFE_ALPHABET.length)];
  }
  return suffix;
}
