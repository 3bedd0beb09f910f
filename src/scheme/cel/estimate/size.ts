/**
 * How large a text, list or map may be: characters, bytes, elements or entries, from `min` to `max`. Sums and products
 * stop at {@link UNBOUNDED}, which is also what a size is of which nothing is known.
 */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

export const UNBOUNDED = 2 ** 64;
export const UNKNOWN_SIZE: SizeRange = { min: 0, max: UNBOUNDED };

export const exactly = (size: number): SizeRange => ({ min: size, max: size });
export const upTo = (max: number): SizeRange => ({ min: 0, max });

export const plus = (a: number, b: number): number => Math.min(a + b, UNBOUNDED);
export const times = (a: number, b: number): number => Math.min(a * b, UNBOUNDED);

/** `size` units at a price each, rounded up. */
export const priced = (size: number, price: number): number =>
  Math.min(Math.ceil(size * price), UNBOUNDED);

export const addSizes = (a: SizeRange, b: SizeRange): SizeRange => ({
  min: plus(a.min, b.min),
  max: plus(a.max, b.max),
});

export const multiplySizes = (a: SizeRange, b: SizeRange): SizeRange => ({
  min: times(a.min, b.min),
  max: times(a.max, b.max),
});

/** The range that holds both. */
export const unionSizes = (a: SizeRange, b: SizeRange): SizeRange => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});
