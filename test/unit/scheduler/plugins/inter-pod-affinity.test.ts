import { describe, expect, test } from '@jest/globals';
import type { ClusterEvent } from '../../../../src/scheduler/framework.ts';
import { createInterPodAffinity } from '../../../../src/scheduler/plugins/inter-pod-affinity.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type { PodAffinityTerm } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod, type PodFields } from '../../../support/builders.ts';
import { defaultProfile, TestCluster } from '../../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const NODES = ['e1', 'e2', 'w1'].map((name) => ({
  name,
  labels: { [ZONE]: name.startsWith('e') ? 'east' : 'west' },
}));

const WEB = { labels: { app: 'web' } };
const term = (rest: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey: ZONE,
  labelSelector: { matchLabels: WEB.labels },
  ...rest,
});

type Kind = 'podAffinity' | 'podAntiAffinity';

const requires = (kind: Kind, rest: PodFields = {}, ...terms: PodAffinityTerm[]): PodFields => ({
  ...rest,
  spec: {
    affinity: {
      [kind]: {
        requiredDuringSchedulingIgnoredDuringExecution: terms.length > 0 ? terms : [term()],
      },
    },
  },
});

const prefers = (kind: Kind, rest: PodFields = {}): PodFields => ({
  ...rest,
  spec: {
    affinity: {
      [kind]: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term() }],
      },
    },
  },
});

const near = (...terms: PodAffinityTerm[]) => requires('podAffinity', {}, ...terms);
const away = (...terms: PodAffinityTerm[]) => requires('podAntiAffinity', {}, ...terms);

describe('filters', () => {
  const cases: [
    title: string,
    placed: Record<string, PodFields>,
    pod: PodFields,
    feasible: string[],
  ][] = [
    ['near a pod is its whole domain', { e1: WEB }, near(), ['e1', 'e2']],
    ['near nobody is nowhere', {}, near(), []],
    ['the first of its kind may go anywhere', {}, requires('podAffinity', WEB), ['e1', 'e2', 'w1']],
    ['the second goes to the first', { w1: WEB }, requires('podAffinity', WEB), ['w1']],
    ['away from a pod is the rest', { e1: WEB }, away(), ['w1']],
    ['away from nobody is anywhere', {}, away(), ['e1', 'e2', 'w1']],
    [
      'a placed pod keeps away those that it does not want',
      { e1: requires('podAntiAffinity', { labels: { app: 'db' } }) },
      WEB,
      ['w1'],
    ],
    [
      'a pod of another namespace is nobody',
      { e1: { ...WEB, namespace: 'other' } },
      away(),
      ['e1', 'e2', 'w1'],
    ],
    [
      'unless the term names its namespace',
      { e1: { ...WEB, namespace: 'other' } },
      away(term({ namespaces: ['other'] })),
      ['w1'],
    ],
    [
      'or selects it',
      { e1: { ...WEB, namespace: 'other' } },
      away(term({ namespaceSelector: { matchLabels: { team: 'x' } } })),
      ['w1'],
    ],
    [
      'or selects every one',
      { e1: { ...WEB, namespace: 'other' } },
      away(term({ namespaceSelector: {} })),
      ['w1'],
    ],
    [
      'every term of affinity must hold for the same pods',
      { e1: WEB, w1: { labels: { app: 'web', tier: 'front' } } },
      near(term(), term({ labelSelector: { matchLabels: { tier: 'front' } } })),
      ['w1'],
    ],
    [
      'matchLabelKeys asks for the same revision',
      { e1: { labels: { app: 'web', rev: '1' } }, w1: { labels: { app: 'web', rev: '2' } } },
      requires('podAffinity', { labels: { rev: '2' } }, term({ matchLabelKeys: ['rev'] })),
      ['w1'],
    ],
    [
      'mismatchLabelKeys asks for another',
      { e1: { labels: { app: 'web', rev: '1' } }, w1: { labels: { app: 'web', rev: '2' } } },
      requires('podAffinity', { labels: { rev: '2' } }, term({ mismatchLabelKeys: ['rev'] })),
      ['e1', 'e2'],
    ],
  ];
  test.each(cases)('%s', (_, placed, pod, feasible) => {
    const cluster = new TestCluster(NODES);
    cluster.cache.setNamespace('other', { team: 'x' });
    for (const [node, fields] of Object.entries(placed)) cluster.place(node, fields);
    expect(cluster.feasible(pod)).toEqual(feasible);
  });

  const reasons: [title: string, placed: PodFields, pod: PodFields, reason: string][] = [
    ['affinity', {}, near(), "node(s) didn't match pod affinity rules"],
    ['anti-affinity', WEB, away(), "node(s) didn't match pod anti-affinity rules"],
    [
      'the anti-affinity of those that are there',
      requires('podAntiAffinity'),
      WEB,
      "node(s) didn't satisfy existing pods anti-affinity rules",
    ],
  ];
  test.each(reasons)('the reason names %s', (_, placed, pod, reason) => {
    const cluster = new TestCluster(NODES.slice(0, 1)).place('e1', placed);
    expect(cluster.message(pod)).toBe(`0/1 nodes are available: 1 ${reason}.`);
  });

  test('a namespace that changes its labels is selected from then on', () => {
    const cluster = new TestCluster(NODES).place('e1', { ...WEB, namespace: 'other' });
    const pod = away(term({ namespaceSelector: { matchLabels: { team: 'x' } } }));
    expect(cluster.feasible(pod)).toEqual(['e1', 'e2', 'w1']);
    cluster.cache.setNamespace('other', { team: 'x' });
    expect(cluster.feasible(pod)).toEqual(['w1']);
  });
});

describe('scores', () => {
  const cases: [title: string, there: PodFields, pod: PodFields, best: string][] = [
    ['a pod prefers its friends', WEB, prefers('podAffinity'), 'w1'],
    ['a pod avoids what it dislikes', WEB, prefers('podAntiAffinity'), 'e1'],
    ['a pod is drawn by who prefers it', prefers('podAffinity'), WEB, 'w1'],
    ['a pod is repelled by who dislikes it', prefers('podAntiAffinity'), WEB, 'e1'],
    ['a pod is drawn a little by who must be near it', requires('podAffinity', WEB), WEB, 'w1'],
  ];
  test.each(cases)('%s', (_, there, pod, best) => {
    const nodes = NODES.filter(({ name }) => name !== 'e2');
    // As much on either, so that neighbours alone decide.
    const cluster = new TestCluster(nodes).place('w1', there).place('e1', {});
    expect(cluster.best(pod)).toBe(best);
  });

  test('the wishes of placed pods can be left out', () => {
    const cluster = new TestCluster(NODES, {
      createProfile: (handle) => {
        const standard = defaultProfile(handle);
        const deaf = createInterPodAffinity({
          ...handle,
          ignorePreferredTermsOfExistingPods: true,
        });
        const plugins = standard.plugins.map((each) => (each.name === deaf.name ? deaf : each));
        return { ...standard, plugins };
      },
    });
    cluster.place('w1', prefers('podAffinity')).place('e1', {});
    expect(cluster.best(WEB)).toBe('e2');
  });
});

describe('the queueing hint', () => {
  const plugin = new TestCluster([]).profile.plugins.find(
    ({ name }) => name === 'InterPodAffinity',
  );
  const web = buildPod(WEB);
  const db = buildPod({ labels: { app: 'db' } });
  const labelled = buildNode({ labels: { [ZONE]: 'east' } });
  const cases: [title: string, pod: PodFields, event: ClusterEvent, helps: boolean][] = [
    ['who comes near', near(), { type: 'assigned-pod-added', pod: web }, true],
    ['who comes and is not wanted near', near(), { type: 'assigned-pod-added', pod: db }, false],
    ['who was in the way and goes', away(), { type: 'assigned-pod-removed', pod: web }, true],
    ['who goes and was not in the way', away(), { type: 'assigned-pod-removed', pod: db }, false],
    [
      'who changes to be wanted',
      near(),
      { type: 'assigned-pod-updated', before: db, pod: web },
      true,
    ],
    ['a node that comes', near(), { type: 'node-added', node: labelled }, true],
    [
      'a node that changes its labels',
      near(),
      { type: 'node-updated', before: buildNode(), node: labelled },
      true,
    ],
    [
      'who goes and kept others away',
      WEB,
      { type: 'assigned-pod-removed', pod: buildPod(away()) },
      true,
    ],
  ];
  test.each(cases)('%s', (_, pod, event, helps) => {
    expect(plugin?.couldHelp?.(event, toPodInfo(buildPod(pod)))).toBe(helps);
  });
});
