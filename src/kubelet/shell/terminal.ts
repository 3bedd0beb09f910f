import type { ByteSink, ByteSource } from '../../lib/container-streams.ts';
import { KilledError } from './budget.ts';
import { Pipe } from './pipe.ts';

const ETX = '\x03';
const EOT = '\x04';
const NAK = '\x15';
const ERASE = new Set(['\b', '\x7f']);
const MAX_LINE = 4_096;

/**
 * What a terminal does between a person and a program: shows what is typed, lets them correct the line, hands it over at its
 * end, and begins lines of output at the left. Ctrl-C drops the line and tells who asks for it; Ctrl-D ends the input.
 */
export class Terminal {
  /** What the program reads. */
  readonly input: ByteSource;
  /** Where the program writes. */
  readonly output: ByteSink;
  readonly #pipe = new Pipe();
  readonly #screen: ByteSink;
  readonly #decoder = new TextDecoder();
  readonly #onInterrupt: () => void;
  #line = '';

  /** @param onInterrupt called at Ctrl-C */
  constructor(screen: ByteSink, onInterrupt: () => void) {
    this.#screen = screen;
    this.#onInterrupt = onInterrupt;
    this.input = this.#pipe;
    this.output = {
      write: (chunk) => screen.write(Buffer.from(chunk.toString().replace(/\r?\n/g, '\r\n'))),
    };
  }

  /** Takes keys until there are no more. */
  async run(keys: ByteSource): Promise<void> {
    try {
      for await (const chunk of keys) {
        for (const key of this.#decoder.decode(chunk, { stream: true })) await this.#press(key);
      }
    } finally {
      this.#pipe.end();
    }
  }

  async #press(key: string): Promise<void> {
    if (key === '\r' || key === '\n') return this.#enter();
    if (key === EOT) {
      if (this.#line === '') this.#pipe.end();
      return;
    }
    if (key === ETX) {
      this.#line = '';
      await this.#show('^C\r\n');
      this.#pipe.interrupt(new KilledError());
      this.#onInterrupt();
      return;
    }
    if (ERASE.has(key)) return this.#erase(1);
    if (key === NAK) return this.#erase(this.#line.length);
    // Arrow keys and their like begin with an escape character; there is no history that they could go through.
    if (key < ' ' && key !== '\t') return;
    if (this.#line.length >= MAX_LINE) return;
    this.#line += key;
    await this.#show(key);
  }

  async #enter(): Promise<void> {
    await this.#show('\r\n');
    const line = this.#line;
    this.#line = '';
    await this.#pipe.write(Buffer.from(`${line}\n`));
  }

  async #erase(count: number): Promise<void> {
    const chars = [...this.#line];
    const erased = Math.min(count, chars.length);
    this.#line = chars.slice(0, chars.length - erased).join('');
    await this.#show('\b \b'.repeat(erased));
  }

  async #show(text: string): Promise<void> {
    await this.#screen.write(Buffer.from(text));
  }
}
