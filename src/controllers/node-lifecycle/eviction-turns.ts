/** A look that comes so much too late gives all the turns that it owes; longer ago, they are lost. */
const MAX_OWED_MS = 1_000;

interface Zone {
  readonly ratePerSecond: number;
  /** When its next turn comes, at this rate: never at a rate of zero. */
  nextMs: number;
  /** Its Nodes that want a turn, in the order in which they asked. */
  readonly waiting: Set<string>;
}

/**
 * Gives the Nodes of each zone their turns to be marked for eviction, so many a second. A turn that nobody wanted is not
 * saved up beyond one.
 */
export class EvictionTurns {
  readonly #zones = new Map<string, Zone>();
  /** By Node that waits: its zone. */
  readonly #waiting = new Map<string, string>();
  /** Nodes whose turn has come, and that have not used it yet. */
  readonly #granted = new Set<string>();

  /** A new rate begins with a whole wait, unless a turn is there for the taking. */
  setRate(zone: string, ratePerSecond: number, nowMs: number): void {
    const known = this.#zones.get(zone);
    if (known?.ratePerSecond === ratePerSecond) return;
    const hasTurn = ratePerSecond > 0 && (!known || known.nextMs <= nowMs);
    const nextMs = hasTurn ? nowMs : nowMs + intervalMs(ratePerSecond);
    this.#zones.set(zone, { ratePerSecond, nextMs, waiting: known?.waiting ?? new Set() });
  }

  /** Whether the Node may be marked now; otherwise it waits until {@link grant} names it. */
  take(zone: string, node: string, nowMs: number): boolean {
    if (this.#granted.delete(node)) return true;
    const state = this.#zones.get(zone);
    if (state?.waiting.size === 0 && state.nextMs <= nowMs) {
      state.nextMs = nowMs + intervalMs(state.ratePerSecond);
      return true;
    }
    this.#wait(zone, node, nowMs);
    return false;
  }

  /** The Node needs no turn any more. */
  withdraw(node: string): void {
    this.#granted.delete(node);
    const zone = this.#waiting.get(node);
    if (zone === undefined) return;
    this.#waiting.delete(node);
    this.#zones.get(zone)?.waiting.delete(node);
  }

  /** The waiting Nodes whose turn has come: their next {@link take} succeeds. */
  grant(nowMs: number): string[] {
    const granted: string[] = [];
    for (const state of this.#zones.values()) {
      state.nextMs = Math.max(state.nextMs, nowMs - MAX_OWED_MS);
      for (const node of state.waiting) {
        if (state.nextMs > nowMs) break;
        state.nextMs += intervalMs(state.ratePerSecond);
        this.withdraw(node);
        this.#granted.add(node);
        granted.push(node);
      }
    }
    return granted;
  }

  /** When the next turn comes that a Node waits for; undefined when there is none. */
  nextTurnMs(): number | undefined {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const zone of this.#zones.values()) {
      if (zone.waiting.size > 0) nextMs = Math.min(nextMs, zone.nextMs);
    }
    return Number.isFinite(nextMs) ? nextMs : undefined;
  }

  #wait(zone: string, node: string, nowMs: number): void {
    if (this.#waiting.get(node) === zone) return;
    this.withdraw(node);
    if (!this.#zones.has(zone)) this.setRate(zone, 0, nowMs);
    this.#zones.get(zone)?.waiting.add(node);
    this.#waiting.set(node, zone);
  }
}

/** Infinite at a rate of zero. */
function intervalMs(ratePerSecond: number): number {
  return 1_000 / ratePerSecond;
}
