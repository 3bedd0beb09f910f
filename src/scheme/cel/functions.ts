import type { Call } from './call.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from './types.ts';
import type { CelValue } from './values.ts';

export type Implementation = (call: Call) => CelValue;
/** @param literals The arguments that the expression spells out, by position */
export type Prepare = (literals: readonly (CelValue | undefined)[]) => Implementation | undefined;

/** One way to call a function. */
export interface Overload {
  readonly name: string;
  /** Whether the first argument is written before the dot. */
  readonly isMember: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly isVariadic: boolean;
  readonly run: Implementation;
  /** An implementation for arguments some of which the expression spells out, where it has a better one. */
  readonly prepare?: Prepare | undefined;
}

const NAMED: ReadonlyMap<string, CelType> = new Map([
  ['dyn', DYN],
  ['bool', BOOL],
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['string', STRING],
  ['bytes', BYTES],
  ['null', NULL],
  ['timestamp', TIMESTAMP],
  ['duration', DURATION],
  ['type', TYPE],
]);

const SIGNATURE = /^(?:(.+)::)?([\w.@+*/%<>=!-]+)\((.*?)(\.\.\.)?\): (.+)$/;

/**
 * Declares an overload. Signatures read `name(int, list<T>): T`, with `receiver::name(…)` for what is written after a
 * dot, and `...` after a last argument that may be repeated. One capital letter is a type variable; other unknown names
 * are opaque types.
 */
export function define(signature: string, run: Implementation, prepare?: Prepare): Overload {
  const match = SIGNATURE.exec(signature);
  if (!match) throw new Error(`unreadable signature: ${signature}`);
  const [, receiver, name = '', args = '', variadic, result = ''] = match;
  const written = receiver === undefined ? splitTypes(args) : [receiver, ...splitTypes(args)];
  return {
    name,
    isMember: receiver !== undefined,
    args: written.map(parseType),
    result: parseType(result),
    isVariadic: variadic !== undefined,
    run,
    prepare,
  };
}

function parseType(text: string): CelType {
  const named = NAMED.get(text);
  if (named) return named;
  if (/^[A-Z]$/.test(text)) return { kind: 'param', name: text };
  const generic = /^(list|map|optional)<(.+)>$/.exec(text);
  if (!generic) return opaque(text);
  const [first = DYN, second = DYN] = splitTypes(generic[2] ?? '').map(parseType);
  if (generic[1] === 'list') return listOf(first);
  return generic[1] === 'map' ? mapOf(first, second) : optionalOf(first);
}

/** Splits at commas that are in no angle brackets. */
function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    const character = text[index];
    if (character === '<') depth++;
    if (character === '>') depth--;
    if ((character === ',' || character === undefined) && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return parts.filter((part) => part !== '');
}

/** All overloads, found by name. */
export class FunctionTable {
  readonly #members = new Map<string, Overload[]>();
  readonly #globals = new Map<string, Overload[]>();

  constructor(overloads: Iterable<Overload>) {
    for (const overload of overloads) {
      const table = overload.isMember ? this.#members : this.#globals;
      const known = table.get(overload.name);
      if (known) known.push(overload);
      else table.set(overload.name, [overload]);
    }
  }

  member(name: string): readonly Overload[] | undefined {
    return this.#members.get(name);
  }

  global(name: string): readonly Overload[] | undefined {
    return this.#globals.get(name);
  }
}
