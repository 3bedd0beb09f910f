import { RE2JS } from 're2js';
import type { Process, Program } from '../process.ts';
import { type ParsedOptions, parseOptions } from './options.ts';
import { eachInput, fail, print } from './program-io.ts';

const EXIT_TROUBLE = 2;
const LONG = {
  'ignore-case': 'i',
  'invert-match': 'v',
  count: 'c',
  'line-number': 'n',
  quiet: 'q',
  'fixed-strings': 'F',
  'extended-regexp': 'E',
  'only-matching': 'o',
};

export const grep: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'ivcnqFEohHlw', values: 'em', long: LONG });
  const operands = [...options.operands];
  const pattern = options.value('e') ?? operands.shift();
  if (pattern === undefined)
    return fail(process, 'usage: grep [OPTIONS] PATTERN [FILE]...', EXIT_TROUBLE);
  const regex = compile(pattern, options);
  if (!regex) return fail(process, `bad regex '${pattern}'`, EXIT_TROUBLE);
  let selected = 0;
  const trouble = await eachInput(process, operands, async (input, name) => {
    selected += await searchIn(
      process,
      { options, regex, name, isOne: operands.length < 2 },
      input,
    );
  });
  if (trouble > 0) return EXIT_TROUBLE;
  return selected > 0 ? 0 : 1;
};

interface Search {
  readonly options: ParsedOptions;
  readonly regex: RE2JS;
  readonly name: string;
  readonly isOne: boolean;
}

/** How many lines of the input are selected. */
async function searchIn(
  process: Process,
  { isOne, name, options, regex }: Search,
  input: { lines(): AsyncGenerator<string> },
): Promise<number> {
  const most = options.has('q') ? 1 : Number(options.value('m') ?? Number.POSITIVE_INFINITY);
  const isNamed = options.has('H') || (!isOne && !options.has('h'));
  const prefix = isNamed ? `${name}:` : '';
  let count = 0;
  let number = 0;
  for await (const line of input.lines()) {
    number++;
    if (regex.matcher(line).find() === options.has('v')) continue;
    count++;
    const place = options.has('n') ? `${prefix}${number}:` : prefix;
    await print(
      process,
      found(regex, line, options)
        .map((text) => `${place}${text}\n`)
        .join(''),
    );
    if (count >= most) break;
  }
  if (options.has('c')) await print(process, `${prefix}${count}\n`);
  if (options.has('l') && count > 0) await print(process, `${name}\n`);
  return count;
}

function found(regex: RE2JS, line: string, options: ParsedOptions): string[] {
  if (['q', 'c', 'l'].some((silent) => options.has(silent))) return [];
  if (!options.has('o') || options.has('v')) return [line];
  const texts: string[] = [];
  const matcher = regex.matcher(line);
  while (matcher.find()) texts.push(matcher.group() ?? '');
  return texts.filter((text) => text !== '');
}

/** Undefined for a pattern that is none. Patterns take time in proportion to the line, whatever they say. */
function compile(pattern: string, options: ParsedOptions): RE2JS | undefined {
  const plain = options.has('F') ? RE2JS.quote(pattern) : pattern;
  const extended = options.has('E') || options.has('F') ? plain : toExtended(plain);
  const whole = options.has('w') ? `\\b(?:${extended})\\b` : extended;
  try {
    return RE2JS.compile(whole, options.has('i') ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    // Ignored: the caller says that the pattern is none.
    return undefined;
  }
}

/** In basic expressions it is the escaped characters that are special. */
function toExtended(basic: string): string {
  return basic.replace(/\\([+?(){}|])|([+?(){}|])/g, (_whole, escaped?: string, plain?: string) =>
    escaped === undefined ? `\\${plain}` : escaped,
  );
}
