import fs from 'node:fs';

/** Reads what is added to a log from now on. */
export class LogFollower {
  readonly #file: string;
  #position: number;
  #text = '';

  constructor(file: string) {
    this.#file = file;
    this.#position = fs.existsSync(file) ? fs.statSync(file).size : 0;
  }

  /** All that was added since the beginning. */
  get text(): string {
    return this.#text;
  }

  /** Reads on. @returns the whole lines that are new */
  readLines(): string[] {
    const linesBefore = this.#lines().length;
    this.#readOn();
    return this.#lines().slice(linesBefore);
  }

  #lines(): string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  #readOn(): void {
    if (!fs.existsSync(this.#file)) return;
    const handle = fs.openSync(this.#file, 'r');
    try {
      const { size } = fs.fstatSync(handle);
      const buffer = Buffer.alloc(Math.max(0, size - this.#position));
      const length = fs.readSync(handle, buffer, 0, buffer.length, this.#position);
      this.#position += length;
      this.#text += buffer.toString('utf8', 0, length);
    } finally {
      fs.closeSync(handle);
    }
  }
}
