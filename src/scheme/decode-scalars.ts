import type { DecodeContext } from './decode-context.ts';
import { canonicalQuantity, QuantityError } from './quantity.ts';
import type { FieldType } from './structural-schema.ts';

/**
 * Checks `value` (neither null nor undefined), which is at `depth` of the context's path, and returns it in canonical
 * form, in memory of its own. What cannot be is reported to the context, and the answer is undefined.
 */
export type Decoder = (value: unknown, context: DecodeContext, depth: number) => unknown;

type StringFormat = Extract<FieldType, { readonly kind: 'string' }>['format'];

/** The decoder of a scalar type. */
export function scalarDecoder(type: FieldType): Decoder {
  switch (type.kind) {
    case 'string':
      return stringDecoder(type.format);
    case 'integer':
      return type.format === 'int32' ? decodeInt32 : decodeInt64;
    case 'number':
      return decodeNumber;
    case 'boolean':
      return decodeBoolean;
    case 'int-or-string':
      return decodeIntOrString;
    default:
      throw new Error(`${type.kind} is no scalar type`);
  }
}

function stringDecoder(format: StringFormat): Decoder {
  switch (format) {
    case 'date-time':
      return decodeTime;
    case 'micro-time':
      return decodeMicroTime;
    case 'byte':
      return decodeBytes;
    case 'quantity':
      return decodeQuantity;
    default:
      // Durations are spelled by people and checked where they are used.
      return decodeString;
  }
}

function decodeString(value: unknown, context: DecodeContext, depth: number): unknown {
  return typeof value === 'string' ? value : context.typeError(depth, 'a string', value);
}

function decodeBoolean(value: unknown, context: DecodeContext, depth: number): unknown {
  return typeof value === 'boolean' ? value : context.typeError(depth, 'true or false', value);
}

function decodeNumber(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return context.typeError(depth, 'a number', value);
}

const MIN_INT32 = -2_147_483_648;
const MAX_INT32 = 2_147_483_647;

function decodeInt32(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return context.typeError(depth, 'an integer', value);
  }
  if (value >= MIN_INT32 && value <= MAX_INT32) return value;
  return context.typeError(depth, 'an integer of 32 bits', value);
}

function decodeInt64(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return context.typeError(depth, 'an integer', value);
  }
  // Past 2^53 a JSON number has already lost digits: keeping it would store what nobody wrote.
  if (Number.isSafeInteger(value)) return value;
  return context.typeError(depth, 'an integer that is exact (within ±2^53)', value);
}

function decodeIntOrString(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) {
    return decodeInt32(value, context, depth);
  }
  return context.typeError(depth, 'an integer or a string', value);
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

interface Instant {
  /** `2026-01-31T08:00:00`, in UTC. */
  readonly seconds: string;
  /** Digits after the point. */
  readonly fraction: string;
}

function parseTime(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, date, time, fraction = '', zone] = match as unknown as [
    string,
    string,
    string,
    string?,
    string?,
  ];
  const epochMs = Date.parse(`${date}T${time}${zone?.toUpperCase()}`);
  if (Number.isNaN(epochMs)) return undefined;
  return { seconds: new Date(epochMs).toISOString().slice(0, 19), fraction };
}

const CANONICAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

function decodeTime(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value === 'string') {
    // Most times come in canonical form; the end of a month takes the long way.
    if (CANONICAL_TIME.test(value)) return value;
    const instant = parseTime(value);
    if (instant) return `${instant.seconds}Z`;
  }
  return context.typeError(depth, 'a time like 2026-01-31T08:00:00Z', value);
}

function decodeMicroTime(value: unknown, context: DecodeContext, depth: number): unknown {
  const instant = typeof value === 'string' ? parseTime(value) : undefined;
  if (!instant) return context.typeError(depth, 'a time like 2026-01-31T08:00:00.000000Z', value);
  return `${instant.seconds}.${instant.fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBytes(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value !== 'string') return context.typeError(depth, 'a base64 string', value);
  const text = value.includes('\n') ? value.replace(/[\r\n]/g, '') : value;
  // The value may be a secret: the message never shows it.
  return BASE64.test(text) ? text : context.problem(depth, 'expected base64, got other text');
}

function decodeQuantity(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return context.typeError(depth, 'a quantity like 500m or 1.5Gi', value);
  }
  const text = typeof value === 'string' ? value.trim() : String(value);
  try {
    return canonicalQuantity(text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return context.problem(
      depth,
      `${JSON.stringify(text.slice(0, 60))} is no quantity: ${error.message}`,
    );
  }
}
