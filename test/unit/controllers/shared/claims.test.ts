import { describe, expect, test } from '@jest/globals';
import { planClaims } from '../../../../src/controllers/shared/claims.ts';
import { buildPod } from '../../../support/builders.ts';
import { storedReplicaSet } from '../../../support/workloads.ts';

const controller = storedReplicaSet();
const selector = { matchLabels: { app: 'web' } };
const matching = buildPod({ name: 'matching', labels: { app: 'web' } });
const other = buildPod({ name: 'other', labels: { app: 'db' } });

describe('a controller', () => {
  test('keeps what is its own and matches, and releases what does not match', () => {
    expect(planClaims({ controller, selector, owned: [matching, other], orphans: [] })).toEqual({
      kept: [matching],
      adopt: [],
      release: [other],
    });
  });

  test('adopts the orphans that match, unless they are being deleted', () => {
    const metadata = { ...matching.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const orphans = [matching, other, { ...matching, metadata }];
    expect(planClaims({ controller, selector, owned: [], orphans }).adopt).toEqual([matching]);
  });

  test('neither adopts nor releases while it is being deleted', () => {
    const deleted = {
      ...controller,
      metadata: { ...controller.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    const input = { controller: deleted, selector, owned: [matching, other], orphans: [matching] };
    expect(planClaims(input)).toEqual({ kept: [matching], adopt: [], release: [] });
  });

  test('without a selector owns nothing', () => {
    const input = { controller, selector: undefined, owned: [], orphans: [matching] };
    expect(planClaims(input)).toEqual({ kept: [], adopt: [], release: [] });
  });
});
