/** A reader of protobuf's wire format, written apart from the writer that it checks. */

/** The fields of a message by their number, in the order in which they were written. */
export type WireFields = ReadonlyMap<number, readonly (number | Buffer)[]>;

const WIRE_TYPES = { varint: 0, fixed64: 1, lengthDelimited: 2 } as const;

/** @throws {Error} when `bytes` are no message. */
export function readFields(bytes: Buffer): WireFields {
  const fields = new Map<number, (number | Buffer)[]>();
  const cursor = { offset: 0 };
  while (cursor.offset < bytes.length) {
    const tag = readVarint(bytes, cursor);
    const value = readValue(bytes, cursor, tag % 8);
    const number = Math.floor(tag / 8);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

/** The messages of a field that holds messages. */
export function messagesOf(fields: WireFields, number: number): readonly WireFields[] {
  return (fields.get(number) ?? []).map((value) => readFields(asBytes(value)));
}

export function textsOf(fields: WireFields, number: number): readonly string[] {
  return (fields.get(number) ?? []).map((value) => asBytes(value).toString('utf8'));
}

export function textOf(fields: WireFields, number: number): string | undefined {
  return textsOf(fields, number)[0];
}

export function numberOf(fields: WireFields, number: number): number | undefined {
  const [value] = fields.get(number) ?? [];
  if (typeof value === 'object') throw new Error(`field ${number} is no number`);
  return value;
}

function asBytes(value: number | Buffer): Buffer {
  if (typeof value === 'number') throw new Error(`${value} is no message`);
  return value;
}

function readValue(bytes: Buffer, cursor: { offset: number }, wireType: number): number | Buffer {
  switch (wireType) {
    case WIRE_TYPES.varint:
      return readVarint(bytes, cursor);
    case WIRE_TYPES.fixed64: {
      const value = bytes.readDoubleLE(cursor.offset);
      cursor.offset += 8;
      return value;
    }
    case WIRE_TYPES.lengthDelimited: {
      const length = readVarint(bytes, cursor);
      const end = cursor.offset + length;
      if (end > bytes.length) throw new Error(`a length of ${length} leads past the end`);
      const value = bytes.subarray(cursor.offset, end);
      cursor.offset = end;
      return value;
    }
    default:
      throw new Error(`wire type ${wireType}`);
  }
}

function readVarint(bytes: Buffer, cursor: { offset: number }): number {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = bytes.readUInt8(cursor.offset++);
    value += (byte % 128) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}
