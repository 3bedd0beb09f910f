import { findMessage, type MessageField } from '../../src/rest/protobuf/messages.ts';

/** What a Go client sends: the other way round of what the server does, by the same table. */
export function encodeProtobuf(object: { apiVersion: string; kind: string }, name: string): Buffer {
  const { apiVersion, kind, ...rest } = object;
  return inEnvelope({ apiVersion, kind }, encodeMessage(name, rest));
}

export function inEnvelope(type: { apiVersion: string; kind: string }, raw: Buffer): Buffer {
  const typeMeta = Buffer.concat([
    field(1, Buffer.from(type.apiVersion)),
    field(2, Buffer.from(type.kind)),
  ]);
  return Buffer.concat([Buffer.from('k8s\0', 'latin1'), field(1, typeMeta), field(2, raw)]);
}

/** A field of bytes. */
export function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

function encodeMessage(name: string, object: Record<string, unknown>): Buffer {
  const parts: Buffer[] = [];
  for (const [number, member] of findMessage(name) ?? []) {
    if (member.name === '') parts.push(field(number, encodeMessage(member.type, object)));
    else if (object[member.name] !== undefined)
      parts.push(...encodeField(number, member, object[member.name]));
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, { container, type }: MessageField, value: unknown): Buffer[] {
  if (container === 'list') return (value as unknown[]).map((item) => one(number, type, item));
  if (container === 'map') {
    return Object.entries(value as object).map(([key, item]) =>
      field(number, Buffer.concat([field(1, Buffer.from(key)), one(2, type, item)])),
    );
  }
  return [one(number, type, value)];
}

function one(number: number, type: string, value: unknown): Buffer {
  if (type === 'i' || type === 'b') {
    return Buffer.concat([varint(number * 8), varint(Number(value))]);
  }
  return field(number, bytesOf(type, value));
}

function bytesOf(type: string, value: unknown): Buffer {
  switch (type) {
    case 's':
      return Buffer.from(String(value));
    case 'y':
      return Buffer.from(String(value), 'base64');
    case 'q':
      return field(1, Buffer.from(String(value)));
    case 'r':
      return field(1, Buffer.from(JSON.stringify(value)));
    case 't':
      return Buffer.concat([varint(8), varint(Date.parse(String(value)) / 1_000)]);
    case 'o':
      return typeof value === 'number'
        ? Buffer.concat([varint(16), varint(value)])
        : Buffer.concat([varint(8), varint(1), field(3, Buffer.from(String(value)))]);
    default:
      return findMessage(type)?.get(1)?.name === '='
        ? Buffer.concat((value as unknown[]).map((item) => one(1, 's', item)))
        : encodeMessage(type, value as Record<string, unknown>);
  }
}
