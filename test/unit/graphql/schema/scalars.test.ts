import { describe, expect, test } from '@jest/globals';
import { type GraphQLScalarType, parseValue, valueFromAST } from 'graphql';
import {
  BASE64_MAP_SCALAR,
  BASE64_SCALAR,
  INT_OR_STRING_SCALAR,
  INT64_SCALAR,
  JSON_SCALAR,
  MICRO_TIME_SCALAR,
  QUANTITY_MAP_SCALAR,
  QUANTITY_SCALAR,
  STRING_LIST_MAP_SCALAR,
  STRING_MAP_SCALAR,
  TIME_SCALAR,
} from '../../../../src/graphql/schema/scalars.ts';

/** What a literal means to the scalar; undefined when it is refused. */
function literal(scalar: GraphQLScalarType, text: string, variables?: Record<string, unknown>) {
  return valueFromAST(parseValue(text), scalar, variables);
}

function refusal(scalar: GraphQLScalarType, value: unknown): string {
  try {
    scalar.parseValue(value);
    return 'it was accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('Int64', () => {
  test.each([[0], [-7], [2 ** 53 - 1], ['9007199254740991']])('takes %p', (value) => {
    expect(INT64_SCALAR.parseValue(value)).toBe(Number(value));
  });

  test('refuses what JSON numbers do not carry exactly, rather than round it', () => {
    expect(refusal(INT64_SCALAR, '9007199254740993')).toContain('2^53 - 1');
    expect(refusal(INT64_SCALAR, 2 ** 60)).toContain('2^53 - 1');
    expect(literal(INT64_SCALAR, '9007199254740993')).toBeUndefined();
  });

  test.each([[1.5], ['x'], [null], [true]])('refuses %p', (value) => {
    expect(refusal(INT64_SCALAR, value)).toContain('Int64 must be an integer');
  });
});

describe('Quantity', () => {
  test.each([['500m'], ['1.5'], ['64Gi'], ['12e6'], ['-1'], ['.5']])('takes %p', (value) => {
    expect(QUANTITY_SCALAR.parseValue(value)).toBe(value);
  });

  test('takes a number as its text', () => {
    expect(QUANTITY_SCALAR.parseValue(2)).toBe('2');
    expect(literal(QUANTITY_SCALAR, '2')).toBe('2');
  });

  test.each([['1 Gi'], ['Gi'], [''], [{}], ['1.2.3']])('refuses %p', (value) => {
    expect(refusal(QUANTITY_SCALAR, value)).toContain('Quantity must be a resource quantity');
  });
});

describe('times', () => {
  test('are RFC 3339', () => {
    expect(TIME_SCALAR.parseValue('2026-01-31T08:00:00Z')).toBe('2026-01-31T08:00:00Z');
    expect(TIME_SCALAR.parseValue('2026-01-31T08:00:00+02:00')).toBe('2026-01-31T08:00:00+02:00');
    expect(MICRO_TIME_SCALAR.parseValue('2026-01-31T08:00:00.000001Z')).toBe(
      '2026-01-31T08:00:00.000001Z',
    );
  });

  test.each([['yesterday'], ['2026-01-31'], ['2026-13-31T08:00:00Z'], [1]])(
    'are not %p',
    (value) => {
      expect(refusal(TIME_SCALAR, value)).toContain('Time must be an RFC 3339 time');
    },
  );
});

describe('IntOrString and Base64', () => {
  test('take what they say', () => {
    expect(INT_OR_STRING_SCALAR.parseValue('25%')).toBe('25%');
    expect(INT_OR_STRING_SCALAR.parseValue(3)).toBe(3);
    expect(BASE64_SCALAR.parseValue('YWJj')).toBe('YWJj');
  });

  test('refuse what they do not', () => {
    expect(refusal(INT_OR_STRING_SCALAR, 1.5)).toContain('an integer or a string');
    expect(refusal(BASE64_SCALAR, 'abc')).toContain('bytes in base64');
  });

  test('a refused secret is not repeated in the message', () => {
    expect(refusal(BASE64_SCALAR, 'hunter2!')).not.toContain('hunter2');
  });
});

describe('JSON', () => {
  test('takes variables inside of literals', () => {
    expect(literal(JSON_SCALAR, '{spec: {replicas: $n, paused: null}}', { n: 3 })).toEqual({
      spec: { replicas: 3, paused: null },
    });
  });
});

describe('large integers in JSON literals', () => {
  test('are taken where they are exact, and refused where they would be rounded', () => {
    expect(literal(JSON_SCALAR, '100000000000000000000')).toBe(1e20);
    expect(literal(JSON_SCALAR, '9007199254740993')).toBeUndefined();
  });
});

describe('maps', () => {
  test('are objects, or lists of key=value for keys that a literal cannot spell', () => {
    expect(literal(STRING_MAP_SCALAR, '{app: "web"}')).toEqual({ app: 'web' });
    expect(literal(STRING_MAP_SCALAR, '["app.kubernetes.io/name=web", "a=b=c"]')).toEqual({
      'app.kubernetes.io/name': 'web',
      a: 'b=c',
    });
    expect(QUANTITY_MAP_SCALAR.parseValue(['cpu=500m'])).toEqual({ cpu: '500m' });
    expect(STRING_LIST_MAP_SCALAR.parseValue(['k=a', 'k=b'])).toEqual({ k: ['a', 'b'] });
  });

  test('keep keys that mean something to JavaScript', () => {
    const parsed = STRING_MAP_SCALAR.parseValue(['constructor=a', 'toString=b']);
    expect(Object.entries(parsed as object)).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
    ]);
  });

  test('refuse values of the wrong type, with the key', () => {
    expect(refusal(STRING_MAP_SCALAR, { replicas: 3 })).toBe(
      'StringMap: at key "replicas": the value must be a string, not 3',
    );
    expect(refusal(QUANTITY_MAP_SCALAR, { cpu: 'many' })).toContain('at key "cpu"');
    expect(refusal(BASE64_MAP_SCALAR, { a: '%' })).toContain('at key "a"');
  });

  test('refuse pairs that are none, and a key twice', () => {
    expect(refusal(STRING_MAP_SCALAR, ['app'])).toContain('a list of "key=value"');
    expect(refusal(STRING_MAP_SCALAR, ['=x'])).toContain('a list of "key=value"');
    expect(refusal(STRING_MAP_SCALAR, ['a=1', 'a=2'])).toBe('StringMap has the key "a" twice');
  });
});
