/**
 * From Kubernetes' protobuf to the object that JSON would give. Clients that know the Go types send it; whatever else a
 * server must accept, answers may be JSON.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
 */
import { formatGoDuration } from '../../scheme/duration.ts';
import { badRequest } from '../../scheme/errors.ts';
import { findMessage, type Message, type MessageField } from './messages.ts';
import { malformed, readFields } from './wire-reader.ts';

export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf';

const MAGIC = Buffer.from('k8s\0', 'latin1');
/** Objects are not deep: what is, is made to end the stack. */
const MAX_DEPTH = 64;

type Json = Record<string, unknown>;

/** @throws {ApiError} BadRequest */
export function decodeProtobuf(body: Buffer): Json {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw malformed();
  const { apiVersion, kind, raw } = readEnvelope(body.subarray(MAGIC.length));
  const message = findMessage(`${packageOf(apiVersion)}.${kind}`) ?? findMessage(`meta/v1.${kind}`);
  if (!message) throw badRequest(`no kind "${kind}" of "${apiVersion}" is known as protobuf`);
  return { apiVersion, kind, ...decodeMessage(message, raw, 0) };
}

/** Kubernetes' `runtime.Unknown`. */
interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

const NOTHING = Buffer.alloc(0);

function readEnvelope(bytes: Buffer): Envelope {
  const type = toBytes(fieldIn(bytes, 1) ?? NOTHING);
  return {
    apiVersion: textIn(type, 1),
    kind: textIn(type, 2),
    raw: toBytes(fieldIn(bytes, 2) ?? NOTHING),
  };
}

/** `rbac.authorization.k8s.io/v1` lies in `rbac/v1`. */
function packageOf(apiVersion: string): string {
  const [group = '', version] = apiVersion.split('/');
  if (version === undefined) return `core/${group}`;
  if (group === 'internal.apiserver.k8s.io') return `apiserverinternal/${version}`;
  return `${group.split('.')[0]}/${version}`;
}

function decodeMessage(message: Message, bytes: Buffer, depth: number): Json {
  if (depth > MAX_DEPTH) throw badRequest('the body of the request is nested too deeply');
  const object: Json = {};
  for (const { number, value } of readFields(bytes)) {
    const field = message.get(number);
    // Fields of other releases: Kubernetes ignores them as well.
    if (field) addField(object, field, value, depth + 1);
  }
  return object;
}

function addField(object: Json, field: MessageField, value: bigint | Buffer, depth: number): void {
  const { container, name, type } = field;
  if (container === 'map') {
    addEntry(object, field, toBytes(value), depth);
    return;
  }
  const decoded = decodeValue(type, value, depth);
  if (container === 'list') {
    object[name] ??= [];
    (object[name] as unknown[]).push(decoded);
  } else if (name === '') Object.assign(object, decoded);
  else if (decoded !== undefined && (field.keepsZero || !isZero(decoded))) object[name] = decoded;
}

/** Of a map: `{1: key, 2: value}`. */
function addEntry(object: Json, field: MessageField, bytes: Buffer, depth: number): void {
  let key = '';
  let value: bigint | Buffer = NOTHING;
  for (const entry of readFields(bytes)) {
    if (entry.number === 1) key = toText(entry.value);
    if (entry.number === 2) value = entry.value;
  }
  if (key === '__proto__') throw badRequest('no object may have a key "__proto__"');
  object[field.name] ??= {};
  (object[field.name] as Json)[key] = decodeValue(field.type, value, depth);
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false;

const NANOSECONDS_PER_MICROSECOND = 1_000;
const NANOSECONDS_PER_MS = 1_000_000;

const DECODERS: Readonly<Record<string, (value: bigint | Buffer) => unknown>> = {
  s: toText,
  i: toInteger,
  b: (value) => value !== 0n,
  d: (value) => toBytes(value).readDoubleLE(),
  y: (value) => toBytes(value).toString('base64'),
  t: (value) => toTime(toBytes(value), 0),
  u: (value) => toTime(toBytes(value), 6),
  D: (value) => formatGoDuration(Number(numberIn(toBytes(value), 1)) / NANOSECONDS_PER_MS),
  q: (value) => textIn(toBytes(value), 1),
  o: (value) => toIntOrString(toBytes(value)),
  r: (value) => toJson(toBytes(value)),
};

function decodeValue(type: string, value: bigint | Buffer, depth: number): unknown {
  const decode = DECODERS[type];
  if (decode) return decode(value);
  const message = findMessage(type);
  if (!message) throw new Error(`the table of messages has no ${type}`);
  const object = decodeMessage(message, toBytes(value), depth);
  return message.get(1)?.name === '=' ? (object['='] ?? []) : object;
}

function toBytes(value: bigint | Buffer): Buffer {
  if (typeof value === 'bigint') throw malformed();
  return value;
}

function toText(value: bigint | Buffer): string {
  return toBytes(value).toString('utf8');
}

function toInteger(value: bigint | Buffer): number {
  if (typeof value !== 'bigint') throw malformed();
  return Number(BigInt.asIntN(64, value));
}

function fieldIn(bytes: Buffer, number: number): bigint | Buffer | undefined {
  for (const field of readFields(bytes)) if (field.number === number) return field.value;
  return undefined;
}

function numberIn(bytes: Buffer, number: number): bigint {
  const value = fieldIn(bytes, number) ?? 0n;
  if (typeof value !== 'bigint') throw malformed();
  return BigInt.asIntN(64, value);
}

function textIn(bytes: Buffer, number: number): string {
  return toText(fieldIn(bytes, number) ?? NOTHING);
}

/** `{1: seconds, 2: nanoseconds}`; nothing at all is no time. */
function toTime(bytes: Buffer, fractionDigits: 0 | 6): string | undefined {
  if (bytes.length === 0) return undefined;
  const date = new Date(Number(numberIn(bytes, 1)) * 1_000);
  if (Number.isNaN(date.getTime())) throw badRequest('the body of the request has an invalid time');
  const seconds = date.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  if (fractionDigits === 0) return `${seconds}Z`;
  const micros = Math.trunc(Number(numberIn(bytes, 2)) / NANOSECONDS_PER_MICROSECOND);
  return `${seconds}.${String(micros).padStart(fractionDigits, '0')}Z`;
}

/** `{1: 0 for a number, 1 for a text, 2: the number, 3: the text}`. */
function toIntOrString(bytes: Buffer): number | string {
  return numberIn(bytes, 1) === 0n ? Number(numberIn(bytes, 2)) : textIn(bytes, 3);
}

/** JSON in bytes: `{1: bytes}`. */
function toJson(bytes: Buffer): unknown {
  const text = textIn(bytes, 1);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw badRequest(
      `the body of the request has JSON that cannot be read: ${(thrown as Error).message}`,
    );
  }
}
