/** One run of one container: it starts again with another `restartCount`, and a log of its own. */
export interface ContainerRun {
  readonly podUid: string;
  readonly container: string;
  readonly restartCount: number;
}

/** A line that a container printed. */
export interface ContainerLine extends ContainerRun {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Its place among the lines that this run printed in the same millisecond: with that, which line it is. */
  readonly number: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end. */
  readonly text: string;
}

/** Where containers print to. It never holds up who prints; writing the same line again changes nothing. */
export interface ContainerLog {
  write(line: ContainerLine): void;
}

/** How much of one run is kept, and read at most: its newest MiB, line ends included. */
export const MAX_RUN_BYTES = 1_048_576;
