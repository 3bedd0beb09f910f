interface Zone {
  ratePerSecond: number;
  /** At most one turn is saved up. */
  turns: number;
  sinceMs: number;
}

/** Gives the Nodes of each zone their turns to be marked for eviction, so many a second. */
export class EvictionTurns {
  readonly #zones = new Map<string, Zone>();

  setRate(zone: string, ratePerSecond: number, nowMs: number): void {
    const known = this.#zones.get(zone);
    if (known?.ratePerSecond === ratePerSecond) return;
    if (known) this.#refill(known, nowMs);
    const { turns } = known ?? { turns: 1 };
    this.#zones.set(zone, { ratePerSecond, turns, sinceMs: nowMs });
  }

  /** Whether one more Node of the zone may be marked now. */
  take(zone: string, nowMs: number): boolean {
    const state = this.#zones.get(zone);
    if (!state || state.ratePerSecond === 0) return false;
    this.#refill(state, nowMs);
    if (state.turns < 1) return false;
    state.turns--;
    return true;
  }

  #refill(state: Zone, nowMs: number): void {
    const gained = ((nowMs - state.sinceMs) / 1000) * state.ratePerSecond;
    state.turns = Math.min(1, state.turns + gained);
    state.sinceMs = nowMs;
  }
}
