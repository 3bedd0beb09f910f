import type { ByteSink, ProcessStreams } from '../../lib/container-streams.ts';
import type { SimulatedContainer } from '../container/container.ts';
import { EXIT_KILLED } from '../shell/budget.ts';
import { Pipe } from '../shell/pipe.ts';
import type { OutputLog } from './output-log.ts';
import { untilAborted } from './until-aborted.ts';

/** Who is connected to the process now. */
interface Attached {
  readonly streams: ProcessStreams;
  readonly signal: AbortSignal;
}

export interface MainProcessOptions {
  readonly tty: boolean;
  /** Whether its input ends when the first who attached leaves: `stdinOnce`. */
  readonly closesInput: boolean;
  readonly log: OutputLog;
}

/**
 * The main process of a container that reads from stdin: it begins when somebody attaches for the first time, and goes on when
 * they leave, as far as the container lets it.
 */
export class MainProcess {
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number>;
  readonly #attached = new Set<Attached>();
  readonly #input = new Pipe();
  readonly #stop = new AbortController();
  readonly #closesInput: boolean;
  readonly #log: OutputLog;

  constructor(container: SimulatedContainer, options: MainProcessOptions) {
    this.#closesInput = options.closesInput;
    this.#log = options.log;
    const streams: ProcessStreams = {
      stdin: this.#input,
      stdout: this.#sink('stdout'),
      stderr: this.#sink('stderr'),
      ...(options.tty ? { terminalSize: () => this.#terminalSize() } : {}),
    };
    // What is not simulated keeps running, says nothing, and takes no notice of its input.
    this.ended = container.isCommandSimulated
      ? container.run(container.command, streams, this.#stop.signal)
      : untilAborted(this.#stop.signal).then(() => EXIT_KILLED);
  }

  /** Connects until the process ends or `signal` aborts. */
  async attach(streams: ProcessStreams, signal: AbortSignal): Promise<void> {
    const attached = { streams, signal };
    this.#attached.add(attached);
    const typing = this.#type(streams, signal);
    try {
      await Promise.race([this.ended, untilAborted(signal), typing.then(() => this.ended)]);
    } finally {
      this.#attached.delete(attached);
      if (this.#closesInput) this.#input.end();
    }
  }

  /** Ends the process with its container. */
  stop(): void {
    this.#stop.abort();
    this.#input.end();
    this.#log.end();
  }

  async #type({ stdin }: ProcessStreams, signal: AbortSignal): Promise<void> {
    if (!stdin) return;
    for await (const chunk of stdin) {
      if (signal.aborted) return;
      await this.#input.write(chunk);
    }
    if (this.#closesInput) this.#input.end();
  }

  #sink(name: 'stdout' | 'stderr'): ByteSink {
    return {
      write: async (chunk) => {
        this.#log.write(name, chunk);
        for (const attached of this.#attached) await this.#show(attached, name, chunk);
      },
    };
  }

  async #show(attached: Attached, name: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> {
    try {
      await attached.streams[name]?.write(chunk);
    } catch {
      // Ignored: who does not read any more has left; the process goes on.
      this.#attached.delete(attached);
    }
  }

  #terminalSize() {
    for (const { streams } of this.#attached) {
      const size = streams.terminalSize?.();
      if (size) return size;
    }
    return undefined;
  }
}
