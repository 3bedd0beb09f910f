import { describe, expect, test } from '@jest/globals';
import {
  compileFieldSelector,
  formatFieldSelector,
  parseFieldSelector,
  pinnedValue,
} from '../../../src/scheme/field-selector.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';

type Phased = ApiObject & { status: { phase: string } };

const SELECTABLE = { 'status.phase': (object: ApiObject) => (object as Phased).status.phase };

const POD: Phased = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  status: { phase: 'Running' },
};

const matches = (text: string): boolean =>
  compileFieldSelector(parseFieldSelector(text), SELECTABLE)(POD);

test.each([
  ['', true],
  ['metadata.name=web', true],
  ['metadata.name==web', true],
  ['metadata.name!=web', false],
  ['metadata.namespace=default,status.phase=Running', true],
  ['metadata.namespace=default,status.phase!=Running', false],
  ['metadata.name=web,metadata.namespace=default,status.phase=Running', true],
  ['status.phase=', false],
])('%p matches: %p', (text, expected) => {
  expect(matches(text)).toBe(expected);
});

describe('a field selector is refused', () => {
  test('for a field that the kind cannot be selected by, listing those it can', () => {
    expect(() => matches('status.phas=Running')).toThrow(
      'field label not supported: status.phas, did you mean "status.phase"? (supported: metadata.name, metadata.namespace, status.phase)',
    );
  });

  test.each(['status.phase', '=x', 'a>b'])('when %p is no comparison', (text) => {
    expect(() => parseFieldSelector(text)).toThrow('unable to parse field selector');
  });
});

test('values that hold the separators are written with backslashes', () => {
  const requirements = [{ field: 'a', operator: '=', value: 'x,y=z\\' }] as const;
  const text = formatFieldSelector(requirements);
  expect(text).toBe('a=x\\,y\\=z\\\\');
  expect(parseFieldSelector(text)).toEqual(requirements);
});

test('a value that the selector pins can start a list from an index', () => {
  const requirements = parseFieldSelector('spec.nodeName=node-1,status.phase!=Failed');
  expect(pinnedValue(requirements, 'spec.nodeName')).toBe('node-1');
  expect(pinnedValue(requirements, 'status.phase')).toBeUndefined();
});

test('what every object inherits is no field', () => {
  expect(() => matches('constructor=x')).toThrow('field label not supported: constructor');
});
