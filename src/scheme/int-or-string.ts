/** A number, or a text that stands for one: a percentage (`25%`) or the name of a port. */
export type IntOrString = number | string;

const PERCENT = /^(\d+)%$/;

/** The number before the sign of a percentage, or undefined when the value is none. */
export function percentOf(value: IntOrString): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = PERCENT.exec(value);
  return match ? Number(match[1]) : undefined;
}

export interface ScaleOptions {
  /** What 100 % is. */
  readonly total: number;
  /** Which way a fraction goes: Kubernetes rounds surges up and what is unavailable down. */
  readonly round: 'up' | 'down';
}

/**
 * The number that `value` stands for: itself, or its share of `total`.
 * @throws {RangeError} when it is a text that is no percentage
 */
export function scaledIntOrPercent(value: IntOrString, { total, round }: ScaleOptions): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) {
    throw new RangeError(
      `invalid value for IntOrString: ${JSON.stringify(value)} is not a percentage`,
    );
  }
  const share = (percent * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
