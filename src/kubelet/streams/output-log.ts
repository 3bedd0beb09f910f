import type { Clock } from '../../lib/clock.ts';
import type { ContainerLine, ContainerLog, ContainerRun } from '../../lib/container-log.ts';

/** Behind what annotations declare, and before what tells of the end. */
const FIRST_NUMBER = 10_000;
/** A longer line is cut. */
const MAX_LINE_CHARS = 16_384;

/** Writes what a main process prints into its container's log, line by line. */
export class OutputLog {
  readonly #log: ContainerLog;
  readonly #run: ContainerRun;
  readonly #clock: Clock;
  readonly #rest = { stdout: '', stderr: '' };
  #timeMs = 0;
  #number = FIRST_NUMBER;

  constructor(log: ContainerLog, run: ContainerRun, clock: Clock) {
    this.#log = log;
    this.#run = run;
    this.#clock = clock;
  }

  write(stream: ContainerLine['stream'], chunk: Uint8Array): void {
    const lines = (this.#rest[stream] + Buffer.from(chunk).toString()).split(/\r?\n/);
    this.#rest[stream] = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) this.#print(stream, line);
  }

  /** Nothing more is printed: the last lines may have no end. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#rest[stream] !== '') this.#print(stream, this.#rest[stream]);
      this.#rest[stream] = '';
    }
  }

  #print(stream: ContainerLine['stream'], text: string): void {
    const timeMs = this.#clock.now();
    this.#number = timeMs === this.#timeMs ? this.#number + 1 : FIRST_NUMBER;
    this.#timeMs = timeMs;
    const cut = text.slice(0, MAX_LINE_CHARS).replaceAll('\0', '');
    this.#log.write({ ...this.#run, timeMs, number: this.#number, stream, text: cut });
  }
}
