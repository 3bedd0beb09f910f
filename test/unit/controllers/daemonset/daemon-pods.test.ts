import { describe, expect, test } from '@jest/globals';
import {
  daemonPod,
  isAvailable,
  isOfRevision,
  podsByNode,
} from '../../../../src/controllers/daemonset/daemon-pods.ts';
import type { DaemonSet } from '../../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

const daemonSet = (minReadySeconds?: number): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { namespace: 'default', name: 'agent', uid: 'uid-agent' },
  spec: {
    ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'main', image: 'a' }] },
    },
  },
});

/** A Pod of a node, bound to it or only made for it. */
function pod(name: string, node: string | undefined, seconds: number, isBound = true): Pod {
  const made = node === undefined ? {} : daemonPod(daemonSet(), node, 'h').spec;
  const spec = isBound && node !== undefined ? { ...made, nodeName: node } : made;
  const built = buildPod({ name, ...(spec ? { spec } : {}) });
  const creationTimestamp = new Date(NOW + seconds * 1_000).toISOString();
  return { ...built, metadata: { ...built.metadata, creationTimestamp } };
}

test.each([
  ['3', { 'pod-template-generation': '3' }],
  ['0', {}],
  [undefined, {}],
])('a Pod of template generation %j is labelled so, as it is with its revision', (text, more) => {
  const owner = daemonSet();
  if (text) owner.metadata.annotations = { 'deprecated.daemonset.template.generation': text };
  expect(daemonPod(owner, 'n1', 'h').metadata.labels).toEqual({
    app: 'agent',
    'controller-revision-hash': 'h',
    ...more,
  });
});

describe('the Pods of a DaemonSet by node', () => {
  test.each<[law: string, pods: readonly Pod[], expected: Record<string, string[]>]>([
    [
      'are those that are bound to it',
      [pod('a', 'n1', 0), pod('b', 'n2', 0)],
      { n1: ['a'], n2: ['b'] },
    ],
    ['are those as well that are only made for it', [pod('a', 'n1', 0, false)], { n1: ['a'] }],
    [
      'are in the order of their ages',
      [pod('new', 'n1', 9), pod('old', 'n1', 1)],
      { n1: ['old', 'new'] },
    ],
    [
      'are in the order of their names when they are of one age',
      [pod('b', 'n1', 1), pod('a', 'n1', 1)],
      { n1: ['a', 'b'] },
    ],
    [
      'have the bound ones first, whatever their ages',
      [pod('old', 'n1', 1, false), pod('new', 'n1', 9)],
      { n1: ['new', 'old'] },
    ],
    ['leave out those that are for no node', [pod('stray', undefined, 1)], {}],
  ])('%s', (_, pods, expected) => {
    const byNode = [...podsByNode(pods)].map(([node, there]) => [
      node,
      there.map(({ metadata }) => metadata.name),
    ]);

    expect(Object.fromEntries(byNode)).toEqual(expected);
  });
});

describe('a Pod that a DaemonSet makes', () => {
  const made = daemonPod(daemonSet(), 'n1', 'abc');

  test('is owned by it and has the labels of its template and of its revision', () => {
    expect(made.metadata).toMatchObject({
      labels: { app: 'agent', 'controller-revision-hash': 'abc' },
      ownerReferences: [{ kind: 'DaemonSet', name: 'agent', controller: true }],
    });
  });

  test('is of the revision that it was made for, and of no other', () => {
    const built = buildPod({ labels: made.metadata.labels ?? {} });

    expect([isOfRevision(built, 'abc'), isOfRevision(built, 'abd')]).toEqual([true, false]);
    expect(isOfRevision(buildPod(), 'abc')).toBe(false);
  });

  test('names its node in its affinity and not in its node name: the scheduler binds it', () => {
    expect(made.spec).not.toHaveProperty('nodeName');
    expect(
      made.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
    ).toEqual({
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
      ],
    });
  });
});

describe('a Pod of a DaemonSet is available', () => {
  test.each<
    [
      law: string,
      minReadySeconds: number | undefined,
      ready: 'True' | 'False',
      seconds: number,
      expected: boolean,
    ]
  >([
    ['as soon as it is ready', undefined, 'True', 0, true],
    ['when it has been ready for long enough', 10, 'True', 10, true],
    ['not before', 10, 'True', 9, false],
    ['not while it is not ready', 10, 'False', 60, false],
  ])('%s', (_, minReadySeconds, status, seconds, expected) => {
    const lastTransitionTime = new Date(NOW - seconds * 1_000).toISOString();
    const conditions = [{ type: 'Ready', status, lastTransitionTime }];
    const one = buildPod({ status: { phase: 'Running', conditions } });

    expect(isAvailable(one, daemonSet(minReadySeconds), NOW)).toBe(expected);
  });
});
