import { expect, test } from '@jest/globals';
import { toRuleRows } from '../../../../src/cli/auth/rule-rows.ts';

test('rules are shown one row a resource, in order, each once, paths last', () => {
  const rows = toRuleRows({
    incomplete: false,
    evaluationError: null,
    resourceRules: [
      {
        apiGroups: ['', 'apps'],
        resources: ['pods', 'deployments/scale'],
        resourceNames: null,
        verbs: ['get'],
      },
      { apiGroups: [''], resources: ['pods'], resourceNames: null, verbs: ['get'] },
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['a', 'b'],
        verbs: ['get', 'list'],
      },
    ],
    nonResourceRules: [
      { nonResourceURLs: ['/version', '/api/*'], verbs: ['get'] },
      { nonResourceURLs: ['/version', '/api/*'], verbs: ['get'] },
    ],
  });
  expect(rows).toEqual([
    ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'],
    ['deployments.apps/scale', '[]', '[]', '[get]'],
    ['deployments/scale', '[]', '[]', '[get]'],
    ['pods', '[]', '[]', '[get]'],
    ['pods.apps', '[]', '[]', '[get]'],
    ['secrets', '[]', '[a b]', '[get list]'],
    ['', '[/version /api/*]', '[]', '[get]'],
  ]);
});
