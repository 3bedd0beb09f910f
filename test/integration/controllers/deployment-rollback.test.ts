/** Rollbacks as old versions ask for them: in the spec of the Deployment, for the controller to carry out. */
import { expect, test } from '@jest/globals';
import {
  appsDeployments,
  appsReplicaSets,
  coreEvents,
} from '../../../src/scheme/generated/resources.ts';
import type { Deployment } from '../../../src/scheme/generated/types/extensions-v1beta1.ts';
import { revisionOf } from '../../../src/scheme/groups/apps/deployment-revisions.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newDeployment } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };

const { resource, kind, namespaced } = appsDeployments;

const old = (group: string): ResourceRef<Deployment> => ({
  group,
  version: 'v1beta1',
  resource,
  kind,
  namespaced,
});

/** A Deployment with these images, one revision after another. */
async function rolledOut(plane: TestPlane, ...images: string[]): Promise<void> {
  const [first = '', ...others] = images;
  const containers = [{ name: 'web', image: first }];
  await plane.client.create(appsDeployments, newDeployment('web', { pod: { containers } }));
  await expectRevision(plane, 1, first);
  for (const [index, image] of others.entries()) {
    const spec = { template: { spec: { containers: [{ name: 'web', image }] } } };
    await plane.client.patch(appsDeployments, WEB, { type: 'strategic', patch: { spec } });
    await expectRevision(plane, index + 2, image);
  }
}

async function expectRevision(plane: TestPlane, revision: number, image: string): Promise<void> {
  await plane.eventually(
    () => plane.client.get(appsDeployments, WEB),
    (deployment) => {
      expect(deployment.spec?.template.spec?.containers[0]?.image).toBe(image);
      expect(revisionOf(deployment)).toBe(revision);
      expect(deployment.status?.observedGeneration).toBe(deployment.metadata.generation);
      expect(deployment.metadata.annotations).not.toHaveProperty([
        'deprecated.deployment.rollback.to',
      ]);
    },
  );
}

const askFor = (plane: TestPlane, group: string, revision: number): Promise<Deployment> =>
  plane.client.patch(old(group), WEB, {
    type: 'merge',
    patch: { spec: { rollbackTo: { revision } } },
  });

const expectEvent = (plane: TestPlane, reason: string, type: string, message: string) =>
  plane.eventually(
    () => plane.list(coreEvents, 'default'),
    (events) => expect(events).toContainEqual(expect.objectContaining({ reason, type, message })),
  );

test.each([
  ['extensions', 0, 2, 'nginx:2'],
  ['apps', 1, 1, 'nginx:1'],
])(
  'a Deployment of %s/v1beta1 that asks for revision %d is rolled back to %d, once',
  async (group, asked, reached, image) => {
    await using plane = await testPlane({ controllers: ['deployment', 'replicaset'] });
    await rolledOut(plane, 'nginx:1', 'nginx:2', 'nginx:3');
    await askFor(plane, group, asked);
    await expectRevision(plane, 4, image);
    await expectEvent(
      plane,
      'DeploymentRollback',
      'Normal',
      `Rolled back deployment "web" to revision ${reached}`,
    );
    expect((await plane.client.get(old(group), WEB)).spec?.rollbackTo).toBeUndefined();
    await plane.idle();
    await expectRevision(plane, 4, image);
    expect(await plane.list(appsReplicaSets, 'default')).toHaveLength(3);
  },
);

test.each([
  [9, 'DeploymentRollbackRevisionNotFound', 'Unable to find the revision to rollback to.'],
  [0, 'DeploymentRollbackRevisionNotFound', 'Unable to find last revision.'],
  [
    1,
    'DeploymentRollbackTemplateUnchanged',
    'The rollback revision contains the same template as current deployment "web"',
  ],
])(
  'a rollback to revision %d of one that cannot be is given up: %s',
  async (revision, reason, message) => {
    await using plane = await testPlane({ controllers: ['deployment', 'replicaset'] });
    await rolledOut(plane, 'nginx:1');
    await askFor(plane, 'extensions', revision);
    await expectEvent(plane, reason, 'Warning', message);
    await expectRevision(plane, 1, 'nginx:1');
  },
);

test.each(['extensions', 'apps'])(
  'a DeploymentRollback of %s/v1beta1 is kept as the spec keeps it, and carried out',
  async (group) => {
    await using plane = await testPlane({ controllers: ['deployment', 'replicaset'] });
    await rolledOut(plane, 'nginx:1', 'nginx:2');
    const apiVersion = `${group}/v1beta1`;
    const body = {
      apiVersion,
      kind: 'DeploymentRollback',
      name: 'web',
      rollbackTo: { revision: 1 },
      updatedAnnotations: { 'kubernetes.io/change-cause': 'back to the first' },
    };
    await plane.client.createSubresource(old(group), WEB, 'rollback', body);
    await expectRevision(plane, 3, 'nginx:1');
  },
);

test('a DeploymentRollback waits in the spec and the annotations while nobody carries it out', async () => {
  await using plane = await testPlane();
  await plane.client.create(appsDeployments, newDeployment('web'));
  const body = {
    name: 'web',
    rollbackTo: {},
    updatedAnnotations: { 'kubernetes.io/change-cause': 'back' },
  };
  await plane.client.createSubresource(old('apps'), WEB, 'rollback', body);
  const asked = await plane.client.get(old('apps'), WEB);
  expect(asked.spec?.rollbackTo).toEqual({ revision: 0 });
  expect(asked.metadata.annotations).toEqual({ 'kubernetes.io/change-cause': 'back' });
  expect(asked.metadata.generation).toBe(2);
});

test.each([
  [
    { name: 'other', rollbackTo: {} },
    'name in URL does not match name in DeploymentRollback object',
  ],
  [{ rollbackTo: {} }, 'name: Required value: name is required'],
  [
    { name: 'web', rollbackTo: { revision: -1 } },
    'rollback.version: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    { name: 'web', rollbackTo: {}, updatedAnnotations: { 'a b': 'x' } },
    'updatedAnnotations: Invalid value: "a b"',
  ],
  [
    { name: 'web', rollbackTo: {}, updatedAnnotations: { a: 7 } },
    'updatedAnnotations: Invalid value: 7: must be a string',
  ],
])('the rollback %j is refused, and changes nothing', async (body, message) => {
  await using plane = await testPlane();
  await plane.client.create(appsDeployments, newDeployment('web'));
  await expect(
    plane.client.createSubresource(old('extensions'), WEB, 'rollback', body),
  ).rejects.toThrow(message);
  const { generation } = (await plane.client.get(appsDeployments, WEB)).metadata;
  expect(generation).toBe(1);
});

test('apps/v1 has no rollbacks', async () => {
  await using plane = await testPlane();
  await plane.client.create(appsDeployments, newDeployment('web'));
  await expect(
    plane.client.createSubresource(appsDeployments, WEB, 'rollback', { name: 'web' }),
  ).rejects.toMatchObject({ reason: 'MethodNotAllowed' });
});

test('a paused Deployment is rolled back when it is resumed', async () => {
  await using plane = await testPlane({ controllers: ['deployment', 'replicaset'] });
  await rolledOut(plane, 'nginx:1', 'nginx:2');
  const pause = (paused: boolean) =>
    plane.client.patch(appsDeployments, WEB, { type: 'merge', patch: { spec: { paused } } });
  await pause(true);
  await askFor(plane, 'extensions', 1);
  await plane.idle();
  const waiting = await plane.client.get(old('extensions'), WEB);
  expect(waiting.spec?.rollbackTo).toEqual({ revision: 1 });
  await pause(false);
  await expectRevision(plane, 3, 'nginx:1');
});

test('a new template that comes together with the request counts as the present revision', async () => {
  await using plane = await testPlane({ controllers: ['deployment', 'replicaset'] });
  await rolledOut(plane, 'nginx:1', 'nginx:2');
  const template = { spec: { containers: [{ name: 'web', image: 'nginx:3' }] } };
  await plane.client.patch(old('extensions'), WEB, {
    type: 'strategic',
    patch: { spec: { template, rollbackTo: { revision: 0 } } },
  });
  await expectRevision(plane, 4, 'nginx:2');
});
