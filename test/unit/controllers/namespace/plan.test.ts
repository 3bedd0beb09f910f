import { describe, expect, test } from '@jest/globals';
import { contentOrder, estimateSeconds } from '../../../../src/controllers/namespace/plan.ts';
import { computeNamespaceStatus } from '../../../../src/controllers/namespace/status.ts';
import { RESOURCE_DEFINITIONS } from '../../../../src/scheme/generated/definitions.ts';
import type { ApiObject, ObjectMeta } from '../../../../src/scheme/object.ts';
import { qualifiedName, type ResourceDefinition } from '../../../../src/scheme/resource.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

const definition = (name: string): ResourceDefinition =>
  RESOURCE_DEFINITIONS.find((one) => qualifiedName(one) === name) as ResourceDefinition;

const object = (metadata: ObjectMeta): ApiObject => ({ apiVersion: 'v1', kind: 'Any', metadata });

const pods = definition('pods');
const configMaps = definition('configmaps');

describe('the content of a namespace', () => {
  const [first, second, third] = contentOrder(RESOURCE_DEFINITIONS).map((stage) =>
    stage.map(qualifiedName),
  );

  test('goes in order: Pods, then everything else, then events', () => {
    expect(first).toEqual(['pods']);
    expect(second).toEqual(expect.arrayContaining(['configmaps', 'deployments.apps', 'services']));
    expect(third).toEqual(['events']);
  });

  test('is each resource once, without what is of the whole cluster or cannot be deleted', () => {
    expect(new Set(second).size).toBe(second?.length);
    expect(second).not.toContain('nodes');
    expect(second).not.toContain('bindings');
    expect(second).not.toContain('localsubjectaccessreviews.authorization.k8s.io');
  });
});

describe('the estimate for what remains', () => {
  const deletionTimestamp = '2026-01-01T00:00:20Z';
  test.each<[string, ResourceDefinition, ObjectMeta, number]>([
    ['of a Pod is what is left of its grace period', pods, { deletionTimestamp }, 20],
    [
      'of a Pod past its grace period is a second',
      pods,
      { deletionTimestamp: '2025-12-31T00:00:00Z' },
      1,
    ],
    [
      'of an object with finalizers is a quarter of a minute',
      configMaps,
      { finalizers: ['x'] },
      15,
    ],
    ['of anything else is nothing', configMaps, {}, 0],
  ])('%s', (_, resource, metadata, expected) => {
    const remaining = [{ resource, objects: [object(metadata)] }];
    expect(estimateSeconds(remaining, NOW_MS)).toBe(expected);
  });

  test('is the longest of all', () => {
    const remaining = [
      { resource: configMaps, objects: [object({ finalizers: ['x'] })] },
      { resource: pods, objects: [object({ deletionTimestamp })] },
    ];
    expect(estimateSeconds(remaining, NOW_MS)).toBe(20);
  });
});

describe('the status of a namespace that is being deleted', () => {
  const remaining = [
    {
      resource: configMaps,
      objects: [object({ finalizers: ['a', 'b'] }), object({ finalizers: ['a'] })],
    },
    { resource: definition('deployments.apps'), objects: [object({})] },
  ];

  test('counts what remains by resource and by finalizer', () => {
    const { phase, conditions } = computeNamespaceStatus({}, { remaining, errors: [] }, NOW_MS);
    expect(phase).toBe('Terminating');
    expect(conditions?.slice(3)).toEqual([
      {
        type: 'NamespaceContentRemaining',
        status: 'True',
        reason: 'SomeResourcesRemain',
        message:
          'Some resources are remaining: configmaps. has 2 resource instances, deployments.apps has 1 resource instances',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
      {
        type: 'NamespaceFinalizersRemaining',
        status: 'True',
        reason: 'SomeFinalizersRemain',
        message:
          'Some content in the namespace has finalizers remaining: a in 2 resource instances, b in 1 resource instances',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  test('tells what could not be deleted', () => {
    const errors = [new Error('second'), new Error('first')];
    const { conditions } = computeNamespaceStatus({}, { remaining: [], errors }, NOW_MS);
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceDeletionContentFailure',
        status: 'True',
        reason: 'ContentDeletionFailed',
        message: 'Failed to delete all resource types, 2 remaining: first, second',
      }),
    );
  });

  test('moves the transition time of a condition only with its status', () => {
    const before = computeNamespaceStatus({}, { remaining, errors: [] }, NOW_MS);
    const after = computeNamespaceStatus(before, { remaining: [], errors: [] }, NOW_MS + 60_000);
    const times = after.conditions?.map(({ lastTransitionTime }) => lastTransitionTime?.slice(14));
    expect(times).toEqual(['00:00Z', '00:00Z', '00:00Z', '01:00Z', '01:00Z']);
  });
});
