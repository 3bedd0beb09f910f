import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { ObjMap } from 'graphql/jsutils/ObjMap.js';

type Variables = ObjMap<unknown> | null | undefined;

interface ScalarConfig {
  readonly name: string;
  readonly description: string;
  readonly specifiedByURL?: string;
  /** Checks and converts a value of JSON; throws a GraphQLError that says what is expected. */
  readonly parse: (value: unknown) => unknown;
  readonly serialize?: (value: unknown) => unknown;
}

/** A scalar whose literals mean what the same value means in variables. */
function createScalar({
  name,
  description,
  specifiedByURL,
  parse,
  serialize,
}: ScalarConfig): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    description,
    ...(specifiedByURL ? { specifiedByURL } : {}),
    serialize: serialize ?? ((value) => value),
    parseValue: parse,
    parseLiteral: (node, variables) => parse(fromLiteral(node, variables)),
  });
}

/** The JSON value that a literal spells, with the variables in it; enum values stand for their names. */
export function fromLiteral(node: ValueNode, variables: Variables): unknown {
  if (node.kind === Kind.INT) {
    const value = Number(node.value);
    // Large integers pass when JSON would write them as they stand here: nothing was rounded away.
    if (!Number.isSafeInteger(value) && !isWrittenAs(value, node.value)) {
      throw new GraphQLError(`${node.value} is beyond the integers that JSON carries exactly`);
    }
    return value;
  }
  return valueFromASTUntyped(node, variables);
}

function isWrittenAs(value: number, digits: string): boolean {
  return String(value) === digits || String(BigInt(value)) === digits;
}

const refuse = (scalar: string, expected: string, value: unknown): never => {
  throw new GraphQLError(`${scalar} must be ${expected}, not ${preview(value)}`);
};

/** A value, short enough for a message. */
export function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

export const JSON_SCALAR = createScalar({
  name: 'JSON',
  description:
    'Any JSON value. In literals, object keys are limited to what GraphQL can spell: use a variable for others.',
  parse: (value) => value,
});

function parseInt64(value: unknown): number {
  const number = typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    return refuse('Int64', 'an integer (or its decimal digits as a string)', value);
  }
  if (!Number.isSafeInteger(number)) {
    return refuse(
      'Int64',
      'between -(2^53 - 1) and 2^53 - 1, the integers that JSON carries exactly',
      value,
    );
  }
  return number;
}

export const INT64_SCALAR = createScalar({
  name: 'Int64',
  description:
    'A 64-bit integer, as a JSON number. Input may also be its decimal digits as a string. ' +
    'Values beyond 2^53 - 1, which JSON numbers do not carry exactly, are refused.',
  parse: parseInt64,
});

const QUANTITY_PATTERN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

function parseQuantity(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && QUANTITY_PATTERN.test(value)) return value;
  return refuse('Quantity', 'a resource quantity such as "500m", "1.5" or "64Gi"', value);
}

export const QUANTITY_SCALAR = createScalar({
  name: 'Quantity',
  description:
    'A resource quantity: a decimal number with a decimal suffix (n, u, m, k, M, G, T, P, E), a binary suffix ' +
    '(Ki, Mi, Gi, Ti, Pi, Ei) or an exponent, as in `500m`, `1.5`, `64Gi`. Input may also be a number.',
  parse: parseQuantity,
  serialize: (value) => (typeof value === 'string' ? value : String(value)),
});

export const INT_OR_STRING_SCALAR = createScalar({
  name: 'IntOrString',
  description:
    'An integer, or a text that stands for one: a percentage (`25%`) or the name of a port (`http`).',
  parse: (value) =>
    typeof value === 'string' || Number.isInteger(value)
      ? value
      : refuse('IntOrString', 'an integer or a string', value),
});

const TIME_PATTERN = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const parseTime =
  (scalar: string, example: string) =>
  (value: unknown): string =>
    typeof value === 'string' && TIME_PATTERN.test(value) && !Number.isNaN(Date.parse(value))
      ? value
      : refuse(scalar, `an RFC 3339 time such as ${example}`, value);

export const TIME_SCALAR = createScalar({
  name: 'Time',
  description: 'A moment, in RFC 3339 with whole seconds: `2026-01-31T08:00:00Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  parse: parseTime('Time', '"2026-01-31T08:00:00Z"'),
});

export const MICRO_TIME_SCALAR = createScalar({
  name: 'MicroTime',
  description: 'A moment, in RFC 3339 with microseconds: `2026-01-31T08:00:00.123456Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  parse: parseTime('MicroTime', '"2026-01-31T08:00:00.123456Z"'),
});

export const DURATION_SCALAR = createScalar({
  name: 'Duration',
  description: 'A length of time, as in `1h30m`, `45s` or `250ms`.',
  parse: (value) =>
    typeof value === 'string' ? value : refuse('Duration', 'a duration such as "1h30m"', value),
});

const BASE64_PATTERN = /^(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/;

export function parseBase64(value: unknown): string {
  return typeof value === 'string' && BASE64_PATTERN.test(value.replace(/[\r\n]/g, ''))
    ? value
    : refuse('Base64', 'bytes in base64', typeof value === 'string' ? 'another text' : value);
}

export const BASE64_SCALAR = createScalar({
  name: 'Base64',
  description: 'Bytes, in standard base64 with padding.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc4648#section-4',
  parse: parseBase64,
});

/** Checks one value of a map. */
export type MapValueParser = (value: unknown) => unknown;

export interface MapScalarConfig {
  readonly name: string;
  readonly description: string;
  readonly parseMember: MapValueParser;
  /** Whether the values may be written as text after `key=`. @default false */
  readonly takesPairs?: 'single' | 'repeated';
}

/**
 * A map as a scalar: `{key: value}`, or, where values are texts, also `["key=value"]` for the keys that a GraphQL
 * object literal cannot spell.
 */
export function createMapScalar({
  name,
  description,
  parseMember,
  takesPairs,
}: MapScalarConfig): GraphQLScalarType {
  const pairs = takesPairs
    ? ' Input may also be a list of `"key=value"`, for keys that a GraphQL object literal cannot spell.'
    : '';
  return createScalar({
    name,
    description: `${description}${pairs}`,
    parse: (value) => {
      if (takesPairs && Array.isArray(value))
        return parsePairs(name, value, takesPairs, parseMember);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return refuse(name, takesPairs ? 'an object or a list of "key=value"' : 'an object', value);
      }
      return parseMembers(name, value, parseMember);
    },
  });
}

function parseMembers(
  name: string,
  map: object,
  parseMember: MapValueParser,
): Record<string, unknown> {
  const parsed: [string, unknown][] = [];
  for (const [key, member] of Object.entries(map)) {
    parsed.push([key, inMember(name, key, () => parseMember(member))]);
  }
  return Object.fromEntries(parsed);
}

function parsePairs(
  name: string,
  pairs: readonly unknown[],
  mode: 'single' | 'repeated',
  parseMember: MapValueParser,
): Record<string, unknown> {
  const parsed = new Map<string, unknown>();
  for (const pair of pairs) {
    const split = typeof pair === 'string' ? pair.indexOf('=') : -1;
    if (typeof pair !== 'string' || split < 1) return refuse(name, 'a list of "key=value"', pair);
    const key = pair.slice(0, split);
    const text = pair.slice(split + 1);
    if (mode === 'repeated') {
      parsed.set(key, [...((parsed.get(key) as unknown[] | undefined) ?? []), text]);
      continue;
    }
    if (parsed.has(key)) throw new GraphQLError(`${name} has the key ${preview(key)} twice`);
    parsed.set(
      key,
      inMember(name, key, () => parseMember(text)),
    );
  }
  return Object.fromEntries(parsed);
}

/** Runs `parse` and puts the key into its error. */
function inMember<T>(name: string, key: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GraphQLError) {
      throw new GraphQLError(`${name}: at key ${preview(key)}: ${error.message}`, {
        originalError: error,
      });
    }
    throw error;
  }
}

const parseText: MapValueParser = (value) =>
  typeof value === 'string' ? value : refuse('the value', 'a string', value);

const parseTextList: MapValueParser = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value
    : refuse('the value', 'a list of strings', value);

export const STRING_MAP_SCALAR = createMapScalar({
  name: 'StringMap',
  description: 'Texts by key, such as labels and annotations.',
  parseMember: parseText,
  takesPairs: 'single',
});

export const STRING_LIST_MAP_SCALAR = createMapScalar({
  name: 'StringListMap',
  description: 'Lists of texts by key.',
  parseMember: parseTextList,
  takesPairs: 'repeated',
});

export const QUANTITY_MAP_SCALAR = createMapScalar({
  name: 'QuantityMap',
  description:
    'Resource quantities by resource name, such as requests and limits: `{cpu: "500m"}`.',
  parseMember: parseQuantity,
  takesPairs: 'single',
});

export const BASE64_MAP_SCALAR = createMapScalar({
  name: 'Base64Map',
  description: 'Bytes by key, each in standard base64.',
  parseMember: parseBase64,
  takesPairs: 'single',
});
