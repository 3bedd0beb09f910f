import { describe, expect, test } from '@jest/globals';
import { planRules } from '../../../../src/controllers/clusterrole-aggregation/plan.ts';
import type { ClusterRole, PolicyRule } from '../../../../src/scheme/generated/types/rbac-v1.ts';

const READ_PODS: PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
const READ_NODES: PolicyRule = { apiGroups: [''], resources: ['nodes'], verbs: ['get'] };
const SCALE: PolicyRule = {
  apiGroups: ['apps'],
  resources: ['deployments/scale'],
  verbs: ['update'],
};

function part(name: string, labels: Record<string, string>, rules: PolicyRule[]): ClusterRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    rules,
  };
}

const whole = (rules: PolicyRule[], ...chosen: Record<string, string>[]): ClusterRole => ({
  ...part('whole', { to: 'view' }, rules),
  aggregationRule: { clusterRoleSelectors: chosen.map((matchLabels) => ({ matchLabels })) },
});

const VIEW = { to: 'view' };
const EDIT = { to: 'edit' };
const parts = [
  part('b', VIEW, [READ_NODES, READ_PODS]),
  part('a', VIEW, [READ_PODS]),
  part('c', EDIT, [SCALE]),
];

describe('the rules of an aggregated role', () => {
  test.each<[name: string, role: ClusterRole, rules: PolicyRule[] | undefined]>([
    [
      'are those of its parts in order of their names, each once',
      whole([], VIEW),
      [READ_PODS, READ_NODES],
    ],
    [
      'are those that any of its selectors chooses',
      whole([], EDIT, VIEW),
      [READ_PODS, READ_NODES, SCALE],
    ],
    [
      'are no reason for a write when they are there',
      whole([READ_PODS, READ_NODES], VIEW),
      undefined,
    ],
    ['lose what no part has', whole([READ_PODS, READ_NODES, SCALE], VIEW), [READ_PODS, READ_NODES]],
    ['are none when no part is chosen', whole([SCALE], { to: 'nobody' }), []],
    ['do not feed on themselves', whole([SCALE], VIEW), [READ_PODS, READ_NODES]],
    ['are left alone without a selector', whole([SCALE]), undefined],
  ])('%s', (_, role, rules) => {
    expect(planRules(role, [...parts, role])).toEqual(rules);
  });

  test('are left alone where nothing is aggregated', () => {
    expect(planRules(part('plain', VIEW, [SCALE]), parts)).toBeUndefined();
  });
});
