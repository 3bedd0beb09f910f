export interface PluginTimes {
  readonly plugin: string;
  readonly filterMicros: number;
  readonly scoreMicros: number;
}

const MICROS_PER_MS = 1_000;

/** How long plugins take, by plugin, in the order in which they were asked first. */
export class Stopwatch {
  readonly #times = new Map<string, { filterMicros: number; scoreMicros: number }>();

  time<T>(point: 'filter' | 'score', plugin: string, work: () => T): T {
    const startMs = performance.now();
    const result = work();
    const micros = (performance.now() - startMs) * MICROS_PER_MS;
    let times = this.#times.get(plugin);
    if (!times) {
      times = { filterMicros: 0, scoreMicros: 0 };
      this.#times.set(plugin, times);
    }
    if (point === 'filter') times.filterMicros += micros;
    else times.scoreMicros += micros;
    return result;
  }

  /** In microseconds, to a tenth. */
  readings(): readonly PluginTimes[] {
    return [...this.#times].map(([plugin, { filterMicros, scoreMicros }]) => ({
      plugin,
      filterMicros: toTenths(filterMicros),
      scoreMicros: toTenths(scoreMicros),
    }));
  }
}

function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
