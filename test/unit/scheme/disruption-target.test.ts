import { expect, test } from '@jest/globals';
import { withDisruptionTarget } from '../../../src/scheme/disruption-target.ts';
import { buildPod } from '../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const WHY = {
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
};

test('a Pod is told why it goes, once', () => {
  const pod = buildPod();
  const metadata = { ...pod.metadata, generation: 3 };
  const marked = withDisruptionTarget({ ...pod, metadata }, WHY, NOW_MS);
  expect(marked.status?.conditions).toContainEqual({
    type: 'DisruptionTarget',
    status: 'True',
    ...WHY,
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 3,
  });
  expect(withDisruptionTarget(marked, WHY, NOW_MS + 5000)).toBe(marked);
});
