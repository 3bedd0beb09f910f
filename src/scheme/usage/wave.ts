const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const UINT_32 = 2 ** 32;

/** A number that a text always gives, and another text hardly ever: below 2^32. */
export function seedOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME) >>> 0;
  }
  return mixed(hash);
}

function mixed(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** How much of the wave is restlessness that is new at each moment. */
const NOISE = 0.15;

/**
 * A number from 0 to 1 that swings with the time, in a phase and a pace of its own for each seed. The same seed and time
 * give the same number.
 */
export function waveAt(seed: number, timeMs: number, periodMs: number): number {
  const phase = mixed(seed) / UINT_32;
  const pace = 0.75 + mixed(seed + 1) / UINT_32 / 2;
  const turns = (timeMs / periodMs) * pace + phase;
  const swing = 0.5 + Math.sin(2 * Math.PI * turns) / 2;
  const noise = mixed(mixed(seed + 2) ^ Math.floor(timeMs / 1000)) / UINT_32;
  return swing * (1 - NOISE) + noise * NOISE;
}
