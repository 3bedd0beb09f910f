import { expect, test } from '@jest/globals';
import { rbacClusterRoles } from '../../../src/scheme/generated/resources.ts';
import type { PolicyRule } from '../../../src/scheme/generated/types/rbac-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const WHOLE = { name: 'whole' };
const LABELS = { 'example.com/part-of': 'whole' };

const ruleOf = (resource: string): PolicyRule => ({
  apiGroups: [''],
  resources: [resource],
  verbs: ['get'],
});

const createPart = (plane: TestPlane, name: string, resources: string[]): Promise<unknown> =>
  plane.client.create(rbacClusterRoles, {
    metadata: { name, labels: LABELS },
    rules: resources.map(ruleOf),
  });

const patchPart = (plane: TestPlane, name: string, patch: object): Promise<unknown> =>
  plane.client.patch(rbacClusterRoles, { name }, { type: 'merge', patch });

const expectRules = (plane: TestPlane, resources: string[]): Promise<unknown> =>
  plane.eventually(
    () => plane.client.get(rbacClusterRoles, WHOLE),
    ({ rules }) => expect(rules ?? []).toEqual(resources.map(ruleOf)),
  );

test('an aggregated role holds the rules of the roles labelled to be part of it, and no write repeats them', async () => {
  await using plane = await testPlane({ controllers: ['clusterrole-aggregation'] });
  await createPart(plane, 'part-b', ['secrets', 'pods']);
  await plane.client.create(rbacClusterRoles, {
    metadata: WHOLE,
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: LABELS }] },
    rules: [ruleOf('written-by-hand')],
  });
  await expectRules(plane, ['secrets', 'pods']);

  // In order of the names of the parts, each rule once.
  await createPart(plane, 'part-a', ['configmaps', 'pods']);
  await expectRules(plane, ['configmaps', 'pods', 'secrets']);

  await patchPart(plane, 'part-a', { rules: [ruleOf('services')] });
  await expectRules(plane, ['services', 'secrets', 'pods']);

  const before = await plane.client.get(rbacClusterRoles, WHOLE);
  await patchPart(plane, 'part-a', { metadata: { annotations: { 'example.com/note': 'seen' } } });
  await plane.idle();
  const after = await plane.client.get(rbacClusterRoles, WHOLE);
  expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);

  await patchPart(plane, 'part-b', { metadata: { labels: { 'example.com/part-of': 'other' } } });
  await expectRules(plane, ['services']);
  await patchPart(plane, 'part-b', { metadata: { labels: LABELS } });
  await expectRules(plane, ['services', 'secrets', 'pods']);

  await plane.client.delete(rbacClusterRoles, { name: 'part-a' });
  await expectRules(plane, ['secrets', 'pods']);
});
