import type { Sample } from '../figure.ts';
import type { BenchOptions, Section } from '../options.ts';
import type { HotSpots } from '../profile/hot-spots.ts';

/** What a measurement may ask of the bench. */
export interface BenchContext {
  readonly options: BenchOptions;
  /** Says what is going on. */
  readonly say: (message: string) => void;
  /** Keeps and prints a profile. */
  readonly report: (section: Section | 'deletion', hotSpots: HotSpots) => void;
}

/** Measures once, with everything of its own, and takes it all down again. */
export type Measurement = (ctx: BenchContext) => Promise<readonly Sample[]>;
