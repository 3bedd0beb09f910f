/** Programs that print, and that read texts. */
import type { Process, Program } from '../process.ts';
import { parseOptions } from './options.ts';
import { eachInput, fail, pathIn, print } from './program-io.ts';

const DEFAULT_LINES = 10;
const MAX_SORTED_BYTES = 8 * 1_048_576;

export const echo: Program = async (process) => {
  const args = process.args.slice(1);
  let ends = true;
  let escapes = false;
  for (; /^-[neE]+$/.test(args[0] ?? ''); args.shift()) {
    if (args[0]?.includes('n')) ends = false;
    if (args[0]?.includes('e')) escapes = true;
  }
  const text = args.join(' ');
  await print(process, (escapes ? unescapeText(text) : text) + (ends ? '\n' : ''));
  return 0;
};

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescapeText(text: string): string {
  return text.replace(/\\(x[\da-fA-F]{1,2}|0[0-7]{0,3}|.)/gs, (whole, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (code.startsWith('0')) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return ESCAPES[code] ?? (code === '\\' ? '\\' : whole);
  });
}

export const printf: Program = async (process) => {
  const [, format, ...values] = process.args;
  if (format === undefined) return fail(process, 'usage: printf FORMAT [ARG]...');
  const takesValues = /%[^%]/.test(format);
  do await print(process, formatOnce(format, values));
  while (takesValues && values.length > 0);
  return 0;
};

function formatOnce(format: string, values: string[]): string {
  return unescapeText(format).replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([sdiuxXofcb%])/g,
    (
      _whole,
      left: string,
      zero: string,
      width: string,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      const text = formatValue(kind, values.shift() ?? '', precision);
      const size = Math.min(Number(width), 4_096);
      return left ? text.padEnd(size) : text.padStart(size, zero || ' ');
    },
  );
}

function formatValue(kind: string, value: string, precision: string | undefined): string {
  const number = Number(value) || 0;
  switch (kind) {
    case 's':
      return precision === undefined ? value : value.slice(0, Number(precision));
    case 'b':
      return unescapeText(value);
    case 'c':
      return value.slice(0, 1);
    case 'x':
      return Math.trunc(number).toString(16);
    case 'X':
      return Math.trunc(number).toString(16).toUpperCase();
    case 'o':
      return Math.trunc(number).toString(8);
    case 'f':
      return number.toFixed(Math.min(Number(precision ?? 6), 20));
    default:
      return String(Math.trunc(number));
  }
}

export const cat: Program = (process) => {
  const { operands } = parseOptions(process.args, { flags: 'uv' });
  return eachInput(process, operands, async (input) => {
    for (let chunk = await input.read(); chunk; chunk = await input.read()) {
      await process.stdout.write(chunk);
    }
  });
};

export const tee: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'a' });
  const { files } = process.machine;
  const paths = options.operands.map((operand) => pathIn(process, operand));
  if (!options.has('a')) for (const path of paths) files.write(path, new Uint8Array());
  for (let chunk = await process.stdin.read(); chunk; chunk = await process.stdin.read()) {
    for (const path of paths) files.append(path, chunk);
    await process.stdout.write(chunk);
  }
  return 0;
};

/** `-5` is an older way of `-n 5`. */
function withLineCount(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^-(\d+)$/, '-n$1'));
}

async function printTitle(
  process: Process,
  operands: readonly string[],
  name: string,
): Promise<void> {
  if (operands.length < 2) return;
  const isFirst = operands[0] === name;
  await print(process, `${isFirst ? '' : '\n'}==> ${name} <==\n`);
}

export const head: Program = (process) => {
  const options = parseOptions(withLineCount(process.args), { flags: 'q', values: 'nc' });
  const { operands } = options;
  const bytes = options.value('c');
  const lines = Number(options.value('n') ?? DEFAULT_LINES);
  return eachInput(process, operands, async (input, name) => {
    await printTitle(process, operands, name);
    let left = bytes === undefined ? lines : Number(bytes);
    while (left > 0) {
      const piece =
        bytes === undefined ? await lineOf(input) : (await input.read())?.subarray(0, left);
      if (!piece) break;
      await process.stdout.write(piece);
      left -= bytes === undefined ? 1 : piece.length;
    }
  });
};

async function lineOf(input: { readLine(): Promise<string | undefined> }) {
  const line = await input.readLine();
  return line === undefined ? undefined : Buffer.from(`${line}\n`);
}

export const tail: Program = (process) => {
  const options = parseOptions(withLineCount(process.args), { flags: 'fFq', values: 'nc' });
  const { operands } = options;
  const count = options.value('c') ?? options.value('n') ?? String(DEFAULT_LINES);
  const isFromStart = count.startsWith('+');
  const number = Math.abs(Number(count)) || 0;
  return eachInput(process, operands, async (input, name) => {
    await printTitle(process, operands, name);
    const data = await readAll(process, input);
    const units =
      options.value('c') === undefined ? linesOf(data) : [...data].map((byte) => Buffer.of(byte));
    const from = isFromStart ? Math.max(0, number - 1) : Math.max(0, units.length - number);
    await process.stdout.write(Buffer.concat(units.slice(from)));
  });
};

/** Each with its end. */
function linesOf(data: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0x0a, at);
    const next = end < 0 ? data.length : end + 1;
    lines.push(data.subarray(at, next));
    at = next;
  }
  return lines;
}

/** All that is to be read, as far as a container's memory goes. */
export async function readAll(
  process: Process,
  input: { read(): Promise<Uint8Array | undefined> },
) {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let chunk = await input.read(); chunk; chunk = await input.read()) {
    bytes += chunk.length;
    await process.budget.spend();
    if (bytes > MAX_SORTED_BYTES) {
      await fail(process, 'out of memory');
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const wc: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'lwcm' });
  const wanted = ['l', 'w', 'c', 'm'].filter((flag) => options.has(flag));
  const shown = wanted.length > 0 ? wanted : ['l', 'w', 'c'];
  return eachInput(process, options.operands, async (input, name) => {
    const data = await readAll(process, input);
    const counts: Record<string, number> = {
      l: linesOf(data).filter((line) => line.at(-1) === 0x0a).length,
      w: data.toString().split(/\s+/).filter(Boolean).length,
      c: data.length,
      m: [...data.toString()].length,
    };
    const numbers = shown.map((flag) => String(counts[flag]));
    const columns =
      shown.length > 1 ? numbers.map((text) => text.padStart(9)).join('') : numbers[0];
    await print(process, `${columns}${name === '-' ? '' : ` ${name}`}\n`);
  });
};

async function allLines(process: Process, operands: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  await eachInput(process, operands, async (input) => {
    for (const line of linesOf(await readAll(process, input))) {
      lines.push(line.toString().replace(/\n$/, ''));
    }
  });
  return lines;
}

export const sort: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'nru', values: 'kt' });
  const field = Number.parseInt(options.value('k') ?? '0', 10);
  const separator = options.value('t') ?? /\s+/;
  const keyOf = (line: string): string =>
    field > 0 ? (line.split(separator)[field - 1] ?? '') : line;
  const lines = await allLines(process, options.operands);
  lines.sort((a, b) => {
    const byNumber = options.has('n')
      ? (Number.parseFloat(keyOf(a)) || 0) - (Number.parseFloat(keyOf(b)) || 0)
      : 0;
    return byNumber || compare(keyOf(a), keyOf(b)) || compare(a, b);
  });
  if (options.has('r')) lines.reverse();
  const kept = options.has('u') ? [...new Set(lines)] : lines;
  await print(process, kept.map((line) => `${line}\n`).join(''));
  return 0;
};

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

export const uniq: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'cdu' });
  const groups: { line: string; count: number }[] = [];
  for (const line of await allLines(process, options.operands)) {
    const last = groups.at(-1);
    if (last?.line === line) last.count++;
    else groups.push({ line, count: 1 });
  }
  for (const { count, line } of groups) {
    if (options.has('d') && count < 2) continue;
    if (options.has('u') && count > 1) continue;
    await print(process, options.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`);
  }
  return 0;
};

export const cut: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 's', values: 'dfc' });
  const list = options.value('f') ?? options.value('c');
  if (list === undefined) return fail(process, 'expected a list of bytes, characters, or fields');
  const delimiter = options.value('c') === undefined ? (options.value('d') ?? '\t') : '';
  const chosen = rangesOf(list);
  for (const line of await allLines(process, options.operands)) {
    const parts = line.split(delimiter);
    const kept = parts.filter((_, index) => chosen(index + 1));
    const isWhole = delimiter !== '' && parts.length === 1;
    await print(process, `${isWhole ? line : kept.join(delimiter)}\n`);
  }
  return 0;
};

/** `1,3-5,7-`. */
function rangesOf(list: string): (index: number) => boolean {
  const ranges = list.split(',').map((range) => {
    const [from = '', to = from] = range.split('-');
    return { from: Number(from || 1), to: to === '' ? Number.POSITIVE_INFINITY : Number(to) };
  });
  return (index) => ranges.some(({ from, to }) => index >= from && index <= to);
}

export const tr: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'ds' });
  const [from = '', to = ''] = options.operands.map(expandSet);
  const data = (await readAll(process, process.stdin)).toString();
  const last = to.at(-1) ?? '';
  const translated = [...data].map((char) => {
    const at = from.lastIndexOf(char);
    if (at < 0) return char;
    return options.has('d') ? '' : (to[at] ?? last);
  });
  await print(process, translated.join(''));
  return 0;
};

const CLASSES: Readonly<Record<string, string>> = {
  '[:upper:]': 'A-Z',
  '[:lower:]': 'a-z',
  '[:digit:]': '0-9',
  '[:space:]': ' \t\n\r\f\v',
};

function expandSet(set: string): string {
  const plain = unescapeText(set.replace(/\[:\w+:\]/g, (name) => CLASSES[name] ?? ''));
  return plain.replace(/(.)-(.)/gsu, (_whole, from: string, to: string) => {
    const first = from.codePointAt(0) ?? 0;
    const size = Math.max(0, Math.min((to.codePointAt(0) ?? 0) - first + 1, 1_024));
    return Array.from({ length: size }, (_, index) => String.fromCodePoint(first + index)).join('');
  });
}

export const seq: Program = async (process) => {
  const numbers = process.args.slice(1).map(Number);
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return fail(process, 'invalid number');
  const [first = 1, step = 1, last = 1] =
    numbers.length === 1
      ? [1, 1, numbers[0]]
      : numbers.length === 2
        ? [numbers[0], 1, numbers[1]]
        : numbers;
  if (step === 0) return fail(process, 'invalid increment value: 0');
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    await process.budget.spend();
    await print(process, `${value}\n`);
  }
  return 0;
};

export const yes: Program = async (process) => {
  const text = process.args.slice(1).join(' ') || 'y';
  for (;;) {
    await process.budget.spend();
    await print(process, `${text}\n`);
  }
};
