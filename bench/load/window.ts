/** A load that has run warm, then the time that counts. */
export interface LoadWindow {
  readonly warmupMs: number;
  readonly measuredMs: number;
}

export interface Throughput {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

/**
 * Runs `workers` loops of `work` and counts what completes within the measured time. `work` gets a number that no other
 * call gets.
 */
export async function runLoad(
  { warmupMs, measuredMs }: LoadWindow,
  workers: readonly ((n: number) => Promise<void>)[],
): Promise<Throughput> {
  const from = performance.now() + warmupMs;
  const until = from + measuredMs;
  const latenciesMs: number[] = [];
  let n = 0;
  const loop = async (work: (n: number) => Promise<void>): Promise<void> => {
    for (;;) {
      const startedAt = performance.now();
      if (startedAt >= until) return;
      await work(n++);
      const now = performance.now();
      if (now >= from && now < until) latenciesMs.push(now - startedAt);
    }
  };
  await Promise.all(workers.map(loop));
  return { perSecond: latenciesMs.length / (measuredMs / 1_000), latenciesMs };
}
