import { expect, test } from '@jest/globals';
import { needsDefaultServiceAccount } from '../../../../src/controllers/serviceaccount/plan.ts';
import type { Namespace } from '../../../../src/scheme/generated/types/core-v1.ts';

const namespace = (fields: Partial<Namespace> = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'team' },
  ...fields,
});

const account = {
  apiVersion: 'v1' as const,
  kind: 'ServiceAccount' as const,
  metadata: { name: 'default', namespace: 'team' },
};

const deletionTimestamp = '2026-01-01T00:00:00Z';

test.each([
  ['a namespace without one', namespace(), undefined, true],
  ['a namespace that has it', namespace(), account, false],
  ['no namespace at all', undefined, undefined, false],
  [
    'a namespace that is being deleted',
    namespace({ metadata: { name: 'team', deletionTimestamp } }),
    undefined,
    false,
  ],
  [
    'a namespace that is terminating',
    namespace({ status: { phase: 'Terminating' } }),
    undefined,
    false,
  ],
])('%s needs a default ServiceAccount or does not', (_, owner, existing, expected) => {
  expect(needsDefaultServiceAccount(owner, existing)).toBe(expected);
});
