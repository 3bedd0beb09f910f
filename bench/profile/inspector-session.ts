import { WebSocket } from 'ws';

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** What Chromium's developer tools and `node --cpu-prof` call a CPU profile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const ADDRESS = /ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+/;
const SAMPLING_INTERVAL_US = 500;

/** Takes CPU profiles of a process that was started with `--inspect`. */
export class InspectorSession {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (result: unknown) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text) => {
      const { id, result } = JSON.parse(String(text)) as { id?: number; result?: unknown };
      if (id === undefined) return;
      this.#pending.get(id)?.(result);
      this.#pending.delete(id);
    });
  }

  /** @param output What the process has printed: its inspector's address is in it. */
  static async open(output: string): Promise<InspectorSession> {
    const address = ADDRESS.exec(output)?.[0];
    if (!address) throw new Error(`no inspector's address in:\n${output}`);
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const session = new InspectorSession(socket);
    await session.#call('Profiler.enable');
    await session.#call('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
    return session;
  }

  async start(): Promise<void> {
    await this.#call('Profiler.start');
  }

  async stop(): Promise<CpuProfile> {
    const { profile } = (await this.#call('Profiler.stop')) as { profile: CpuProfile };
    return profile;
  }

  close(): void {
    this.#socket.terminate();
  }

  #call(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
