import { describe, expect, test } from '@jest/globals';
import type { ListOptions } from '../../../src/apiserver/client.ts';
import { decodeContinue, encodeContinue } from '../../../src/apiserver/registry/continue-token.ts';
import { type ListState, planList } from '../../../src/apiserver/registry/list-options.ts';

const exact = (resourceVersion: string): ListState => ({ kind: 'exact', at: { resourceVersion } });
const notOlderThan = (resourceVersion: string): ListState => ({
  kind: 'not-older-than',
  resourceVersion,
});
const ANY: ListState = { kind: 'any' };
const MOST_RECENT: ListState = { kind: 'most-recent' };

describe('Kubernetes’ table of resourceVersion and its match rule', () => {
  test.each<[ListOptions, ListState]>([
    [{}, MOST_RECENT],
    [{ limit: 5 }, MOST_RECENT],
    [{ resourceVersion: '0' }, ANY],
    [{ resourceVersion: '0', limit: 5 }, ANY],
    [{ resourceVersion: '7' }, notOlderThan('7')],
    [{ resourceVersion: '7', limit: 5 }, exact('7')],
    [{ resourceVersion: '7', resourceVersionMatch: 'Exact' }, exact('7')],
    [{ resourceVersion: '7', resourceVersionMatch: 'Exact', limit: 5 }, exact('7')],
    [{ resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' }, ANY],
    [{ resourceVersion: '0', resourceVersionMatch: 'NotOlderThan', limit: 5 }, ANY],
    [{ resourceVersion: '7', resourceVersionMatch: 'NotOlderThan' }, notOlderThan('7')],
    [{ resourceVersion: '7', resourceVersionMatch: 'NotOlderThan', limit: 5 }, notOlderThan('7')],
    [{ at: { timeMs: 3 } }, { kind: 'exact', at: { timeMs: 3 } }],
  ])('%j shows %j', (options, state) => {
    expect(planList(options).state).toEqual(state);
  });

  const token = encodeContinue({ resourceVersion: '7', after: { namespace: 'a', name: 'b' } });
  test.each<[ListOptions, RegExp]>([
    [{ resourceVersionMatch: 'Exact' }, /forbidden unless resourceVersion is provided/],
    [{ resourceVersionMatch: 'NotOlderThan', limit: 5 }, /forbidden unless resourceVersion/],
    [
      { resourceVersion: '0', resourceVersionMatch: 'Exact' },
      /"exact" is forbidden for resourceVersion "0"/,
    ],
    [{ continue: token, resourceVersionMatch: 'Exact' }, /forbidden when continue is provided/],
    [{ continue: token, resourceVersion: '7' }, /not allowed when using continue/],
    [{ resourceVersion: '-1' }, /resourceVersion: Invalid value: "-1"/],
    [{ resourceVersion: '1.5' }, /Invalid value/],
    [{ limit: -1 }, /limit: Invalid value: -1/],
    [{ at: { timeMs: 3 }, resourceVersion: '7' }, /exclude each other/],
    [{ continue: 'Zm9v' }, /continue key is not valid/],
    [{ continue: Buffer.from('[1,"7","a"]').toString('base64url') }, /continue key is not valid/],
    [
      { continue: Buffer.from('[1,"x","a","b"]').toString('base64url') },
      /continue key is not valid/,
    ],
  ])('%j means nothing and is refused', (options, message) => {
    expect(() => planList(options)).toThrow(message);
  });

  test('a continue token leads back to its snapshot and its place', () => {
    expect(planList({ continue: token, limit: 3 })).toEqual({
      state: exact('7'),
      limit: 3,
      after: { namespace: 'a', name: 'b' },
    });
  });

  test('a continue token without a version goes on with the present', () => {
    const fresh = encodeContinue({
      resourceVersion: undefined,
      after: { namespace: '', name: 'b' },
    });
    expect(planList({ continue: fresh }).state).toEqual(MOST_RECENT);
    expect(decodeContinue(fresh)).toEqual({
      resourceVersion: undefined,
      after: { namespace: '', name: 'b' },
    });
  });
});
