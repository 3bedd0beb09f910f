import { describe, expect, test } from '@jest/globals';
import { compileSchema } from '../../../../src/scheme/custom-resources/compile-schema.ts';
import { type FieldError, formatFieldError } from '../../../../src/scheme/field-error.ts';

function judge(format: string, value: string): string[] {
  const errors: FieldError[] = [];
  compileSchema({ type: 'string', format })?.({ value, old: undefined, path: 'spec.x' }, errors);
  return errors.map(formatFieldError);
}

const GOOD: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.123+01:00', '2024-02-29T23:59:60Z'],
  date: ['2026-01-31', '2024-02-29'],
  duration: ['1h', '1h30m', '90s', '0', '1.5h', '500ms', '3 days', '1 hour'],
  byte: ['', 'YQ==', 'YWJj'],
  email: ['a@example.com'],
  hostname: ['example.com', 'localhost'],
  ipv4: ['10.0.0.1'],
  ipv6: ['::1', '2001:db8::1'],
  cidr: ['10.0.0.0/8', '2001:db8::/32'],
  uri: ['https://example.com/a', '/path'],
  mac: ['00:1b:44:11:3a:b7'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000'],
  uuid3: ['123e4567-e89b-32d3-a456-426614174000'],
  uuid4: ['123e4567-e89b-42d3-a456-426614174000'],
  uuid5: ['123e4567-e89b-52d3-a456-426614174000'],
  hexcolor: ['#fff', 'a1b2c3'],
  rgbcolor: ['rgb(1, 2, 3)'],
  bsonobjectid: ['507f1f77bcf86cd799439011'],
  isbn: ['0-306-40615-2', '978-3-16-148410-0'],
  isbn10: ['0306406152'],
  isbn13: ['9783161484100'],
  creditcard: ['4111 1111 1111 1111'],
  ssn: ['123-45-6789'],
  password: ['anything'],
  'k8s-short-name': ['my-name'],
  'k8s-long-name': ['my.name'],
  'no-such-format': ['anything'],
};
const BAD: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['', '2026-01-31', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', 'now'],
  date: ['2026-02-30', '2026-1-1', ''],
  duration: ['', '1', '1 fortnight', 'h'],
  byte: ['a', '=', 'YWJ'],
  email: ['a', 'a@', '@b'],
  hostname: ['', 'a..b', '-a'],
  ipv4: ['::1', '256.0.0.1', '10.0.0'],
  ipv6: ['10.0.0.1', ':::'],
  cidr: ['10.0.0.0', '10.0.0.0/33'],
  uri: ['', 'not a uri'],
  mac: ['00:1b:44:11:3a'],
  uuid: ['123e4567'],
  uuid3: ['123e4567-e89b-42d3-a456-426614174000'],
  uuid4: ['123e4567-e89b-52d3-a456-426614174000'],
  uuid5: ['123e4567-e89b-32d3-a456-426614174000'],
  hexcolor: ['#ff', 'red'],
  rgbcolor: ['rgb(1, 2)'],
  bsonobjectid: ['507f'],
  isbn: ['0-306-40615-3'],
  isbn10: ['0306406153'],
  isbn13: ['9783161484101'],
  creditcard: ['4111 1111 1111 1112', '1'],
  ssn: ['12-345-6789'],
  'k8s-short-name': ['my.name', 'A'],
  'k8s-long-name': ['my..name'],
};

const pairs = (texts: Readonly<Record<string, readonly string[]>>): [string, string][] =>
  Object.entries(texts).flatMap(([format, each]) =>
    each.map((text) => [format, text] as [string, string]),
  );

describe('a format', () => {
  test.each(pairs(GOOD))('%s admits %j', (format, text) => {
    expect(judge(format, text)).toEqual([]);
  });

  test.each(pairs(BAD))('%s refuses %j', (format, text) => {
    expect(judge(format, text)).toEqual([
      `spec.x: Invalid value: ${JSON.stringify(text)}: spec.x in body must be of type ${format}: ${JSON.stringify(text)}`,
    ]);
  });
});
