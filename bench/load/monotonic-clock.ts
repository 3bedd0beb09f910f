const NS_PER_US = 1_000n;

/** Microseconds of a clock that all processes of this machine share and that nobody sets. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / NS_PER_US);
}
