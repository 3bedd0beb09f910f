import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ProtobufWriter } from '../../../../src/rest/openapi/gnostic/protobuf-writer.ts';
import {
  messagesOf,
  numberOf,
  readFields,
  textOf,
  textsOf,
} from '../../../support/protobuf-reader.ts';

function written(write: (writer: ProtobufWriter) => void): Buffer {
  const writer = new ProtobufWriter();
  write(writer);
  return writer.finish();
}

describe('the protobuf writer', () => {
  test('writes the examples of the specification', () => {
    expect(written((writer) => writer.integer(1, 150)).toString('hex')).toBe('089601');
    expect(written((writer) => writer.text(2, 'testing')).toString('hex')).toBe(
      '120774657374696e67',
    );
  });

  test('leaves out what is empty, but in lists and choices', () => {
    const bytes = written((writer) => {
      writer.text(1, '');
      writer.text(2, undefined);
      writer.integer(3, 0);
      writer.double(4, 0);
      writer.flag(5, false);
      writer.texts(6, ['']);
      writer.choice(7, false);
    });
    expect([...readFields(bytes).keys()]).toEqual([6, 7]);
  });

  test('numbers, texts and messages are read as they were written', () => {
    const anyValue = fc.record({
      integer: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      double: fc.double({ noNaN: true }),
      texts: fc.array(fc.string({ unit: 'grapheme' })),
      field: fc.integer({ min: 1, max: 31 }),
    });
    fc.assert(
      fc.property(anyValue, ({ integer, double, texts, field }) => {
        const bytes = written((writer) => {
          writer.message(field, () => {
            writer.integer(1, integer);
            writer.double(2, double);
            writer.message(3, () => writer.texts(4, texts));
          });
        });
        const [message] = messagesOf(readFields(bytes), field);
        const [inner] = message ? messagesOf(message, 3) : [];
        expect(message && numberOf(message, 1)).toBe(integer === 0 ? undefined : integer);
        expect(message && numberOf(message, 2)).toBe(double === 0 ? undefined : double);
        expect(inner && textsOf(inner, 4)).toEqual(texts);
      }),
    );
  });

  test('grows with what is written', () => {
    const text = 'ä'.repeat(300_000);
    const bytes = written((writer) => writer.message(1, () => writer.text(2, text)));
    const [message] = messagesOf(readFields(bytes), 1);
    expect(message && textOf(message, 2)).toBe(text);
  });
});
