/**
 * Figures about what runs here. Counting is an addition where something happens; names, labels and texts are looked at only
 * when somebody reads.
 */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number | Histogram;
}

/** One figure, with a value for each set of labels. */
export interface Metric {
  /** As Prometheus spells it: `apiserver_request_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  read(): Iterable<Sample> | Promise<Iterable<Sample>>;
}

/** How often a value was how large: a count for each bound, of the values that are not larger. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds Growing. What is larger than the last is counted as well. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { length } = this.bounds;
    let bucket = 0;
    // Most values are small: a walk from the left ends soon.
    while (bucket < length && value > (this.bounds[bucket] as number)) bucket++;
    (this.#counts[bucket] as number)++;
    this.#sum += value;
  }

  get sum(): number {
    return this.#sum;
  }

  /** For each bound, and for all values last: how many were not larger. */
  cumulativeCounts(): readonly number[] {
    let total = 0;
    return this.#counts.map((count) => (total += count));
  }
}

/** The figures of one control plane. */
export class MetricRegistry {
  readonly #metrics = new Set<Metric>();

  /** Adds a figure until the returned function is called. Several may share a name: then they differ in their labels. */
  add(metric: Metric): () => void {
    this.#metrics.add(metric);
    return () => this.#metrics.delete(metric);
  }

  /** Every figure as it is now, by name. */
  async read(): Promise<readonly MetricReading[]> {
    const readings = await Promise.all(
      [...this.#metrics].map(async (metric) => ({ metric, samples: [...(await metric.read())] })),
    );
    const byName = new Map<string, MetricReading>();
    for (const { metric, samples } of readings) {
      const before = byName.get(metric.name)?.samples ?? [];
      const { help, name, type } = metric;
      byName.set(name, { name, help, type, samples: [...before, ...samples] });
    }
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

export interface MetricReading extends Pick<Metric, 'help' | 'name' | 'type'> {
  readonly samples: readonly Sample[];
}
