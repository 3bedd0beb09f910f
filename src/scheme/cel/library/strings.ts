import type { Call } from '../call.ts';
import { CelEvaluationError } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { ArrayList } from '../values.ts';
import { formatText } from './text-format.ts';

function outOfRange(index: number): CelEvaluationError {
  return new CelEvaluationError(`index out of range: ${index}`);
}

function indexOf(call: Call, start: number): bigint {
  const text = call.characters(0);
  const wanted = call.characters(1);
  if (start < 0 || (start >= text.length && start > 0 && wanted.length > 0))
    throw outOfRange(start);
  call.spend.chargeText(text.length * wanted.length);
  for (let index = start; index <= text.length - wanted.length; index++) {
    if (wanted.every((character, offset) => text[index + offset] === character)) {
      return BigInt(index);
    }
  }
  return -1n;
}

function lastIndexOf(call: Call, start: number | undefined): bigint {
  const text = call.characters(0);
  const wanted = call.characters(1);
  if (start !== undefined && (start < 0 || start >= text.length)) throw outOfRange(start);
  call.spend.chargeText(text.length * wanted.length);
  const first = Math.min(start ?? text.length, text.length - wanted.length);
  for (let index = first; index >= 0; index--) {
    if (wanted.every((character, offset) => text[index + offset] === character)) {
      return BigInt(index);
    }
  }
  return -1n;
}

function substring(call: Call, start: number, end: number | undefined): string {
  const text = call.characters(0);
  const last = end ?? text.length;
  if (start < 0 || start > text.length) throw outOfRange(start);
  if (last < 0 || last > text.length) throw outOfRange(last);
  if (start > last) {
    throw new CelEvaluationError(`invalid substring range. start: ${start}, end: ${last}`);
  }
  return text.slice(start, last).join('');
}

function charAt(call: Call): string {
  const text = call.characters(0);
  const index = call.index(1);
  if (index < 0 || index > text.length) throw outOfRange(index);
  return text[index] ?? '';
}

/** Splits into at most `limit` parts, the last of which keeps the rest; all of them when the limit is below zero. */
function split(call: Call, limit: number): ArrayList {
  const text = call.string(0);
  const separator = call.string(1);
  if (limit === 0) return new ArrayList([]);
  const parts = separator === '' ? call.characters(0) : text.split(separator);
  call.spend.charge(parts.length);
  if (limit < 0 || parts.length <= limit) return new ArrayList(parts);
  const rest = parts.slice(limit - 1).join(separator);
  return new ArrayList([...parts.slice(0, limit - 1), rest]);
}

/** What an answer that is longer than its arguments costs; it is charged before it is made. */
function chargeGrowth(call: Call, occurrences: number, length: number): void {
  call.spend.chargeText(occurrences * length);
}

function replace(call: Call, limit: number): string {
  const [text, from, to] = [call.string(0), call.string(1), call.string(2)];
  const parts = from === '' ? ['', ...call.characters(0), ''] : text.split(from);
  const replaced = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  chargeGrowth(call, replaced, to.length);
  const head = parts.slice(0, replaced + 1).join(to);
  const tail = parts.slice(replaced + 1);
  return tail.length === 0 ? head : [head, ...tail].join(from);
}

function join(call: Call, separator: string): string {
  const texts = call.strings(0);
  chargeGrowth(call, texts.length, separator.length);
  return texts.join(separator);
}

const lowerAscii = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const upperAscii = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

const QUOTED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(call: Call): string {
  return `"${call
    .characters(0)
    .map((character) => QUOTED[character] ?? character)
    .join('')}"`;
}

export const STRINGS: readonly Overload[] = [
  define('string::charAt(int): string', charAt),
  define('string::indexOf(string): int', (call) => indexOf(call, 0)),
  define('string::indexOf(string, int): int', (call) => indexOf(call, call.index(2))),
  define('string::lastIndexOf(string): int', (call) => lastIndexOf(call, undefined)),
  define('string::lastIndexOf(string, int): int', (call) => lastIndexOf(call, call.index(2))),
  define('string::substring(int): string', (call) => substring(call, call.index(1), undefined)),
  define('string::substring(int, int): string', (call) =>
    substring(call, call.index(1), call.index(2)),
  ),
  define('string::lowerAscii(): string', (call) => lowerAscii(call.string(0))),
  define('string::upperAscii(): string', (call) => upperAscii(call.string(0))),
  define('string::trim(): string', (call) => call.string(0).trim()),
  define('string::reverse(): string', (call) => call.characters(0).reverse().join('')),
  define('string::replace(string, string): string', (call) => replace(call, -1)),
  define('string::replace(string, string, int): string', (call) => replace(call, call.index(3))),
  define('string::split(string): list<string>', (call) => split(call, -1)),
  define('string::split(string, int): list<string>', (call) => split(call, call.index(2))),
  define('list<string>::join(): string', (call) => join(call, '')),
  define('list<string>::join(string): string', (call) => join(call, call.string(1))),
  define('string::format(list<dyn>): string', (call) => formatText(call)),
  define('strings.quote(string): string', quote),
];
