import { describe, expect, test } from '@jest/globals';
import {
  namespaceOf,
  parseResourceArguments,
} from '../../../../src/cli/arguments/resource-arguments.ts';

const parse = (text: string, flags = {}) =>
  parseResourceArguments(text.split(' ').filter(Boolean), flags);

describe('resource arguments', () => {
  test('may name a type, which selects', () => {
    expect(parse('pods')).toEqual([{ resource: 'pods', name: undefined }]);
    expect(parse('deploy,rs')).toEqual([{ resource: 'deploy,rs', name: undefined }]);
  });

  test('may name a type and names', () => {
    expect(parse('pod a b')).toEqual([
      { resource: 'pod', name: 'a' },
      { resource: 'pod', name: 'b' },
    ]);
  });

  test('with several types and names mean each name of each type', () => {
    expect(parse('deploy,svc web')).toEqual([
      { resource: 'deploy', name: 'web' },
      { resource: 'svc', name: 'web' },
    ]);
  });

  test('may be pairs of type and name', () => {
    expect(parse('deployment/web svc/api')).toEqual([
      { resource: 'deployment', name: 'web' },
      { resource: 'svc', name: 'api' },
    ]);
  });

  test('are empty when there are none', () => {
    expect(parse('')).toEqual([]);
  });

  test.each([
    [
      'deployment/web api',
      {},
      'there is no need to specify a resource type as a separate argument',
    ],
    ['deployment/', {}, 'must have a single resource and name'],
    ['a/b/c', {}, 'must have a single resource and name'],
    ['pods,,svc', {}, 'have an empty one'],
    ['pod web', { selector: 'a=b' }, 'name cannot be provided when a selector is specified'],
    ['pod web', { fieldSelector: 'a=b' }, 'name cannot be provided when a selector is specified'],
    ['pod web', { all: true }, 'setting --all is not possible'],
    ['pod web', { allNamespaces: true }, 'across all namespaces'],
  ])('that contradict themselves are refused: %s %j', (text, flags, message) => {
    expect(() => parse(text, flags)).toThrow(message);
  });
});

test('the namespace is default, unless another or all are meant', () => {
  expect(namespaceOf({})).toBe('default');
  expect(namespaceOf({ namespace: 'shop' })).toBe('shop');
  expect(namespaceOf({ namespace: 'shop', allNamespaces: true })).toBeUndefined();
});
