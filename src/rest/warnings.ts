/** Kubernetes' limits, in characters: what one answer tells altogether, and of each warning when that is too much. */
const MAX_TOTAL = 4 * 1024;
const MAX_EACH = 256;
const MAX_REMEMBERED = 1_000;

/** What headers can be added to: a response of Node.js. */
interface AnswerHead {
  appendHeader(name: string, value: string): unknown;
}

/** The advice that goes with one answer, as `Warning` headers of RFC 7234 with Kubernetes' code. */
export class Warnings {
  readonly #texts = new Set<string>();

  readonly add = (warning: string): void => {
    if (this.#texts.size < MAX_REMEMBERED) this.#texts.add(warning);
  };

  /** Puts what has been added so far into the head of the answer. */
  writeTo(head: AnswerHead): void {
    const texts = [...this.#texts];
    const isTooMuch = texts.reduce((total, { length }) => total + length, 0) > MAX_TOTAL;
    let room = MAX_TOTAL;
    for (const text of isTooMuch ? texts.map((long) => long.slice(0, MAX_EACH)) : texts) {
      room -= text.length;
      if (room < 0) return;
      head.appendHeader('warning', `299 - ${quoted(text)}`);
    }
  }
}

function quoted(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').replace(/[^\u0020-\u00ff]/g, '?');
  return `"${printable.replace(/["\\]/g, String.raw`\$&`)}"`;
}
