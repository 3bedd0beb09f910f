import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SelectedPods } from '../../../../src/controllers/shared/selected-pods.ts';
import {
  corePods,
  policyPodDisruptionBudgets,
} from '../../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../../src/scheme/generated/types/policy-v1.ts';
import { selectorMatcher } from '../../../../src/scheme/label-selector.ts';
import { keyOf } from '../../../../src/scheme/object.ts';
import { buildPod } from '../../../support/builders.ts';
import { MemoryInformer } from '../../../support/memory-informer.ts';

type Selector = NonNullable<PodDisruptionBudget['spec']>['selector'];

const budget = (name: string, namespace: string, selector: Selector): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace },
  spec: selector ? { selector } : {},
});

/** What selects, as PodDisruptionBudgets do; `matters` says that every change of a phase does. */
function selection(budgets: MemoryInformer<PodDisruptionBudget>, pods: MemoryInformer<Pod>) {
  return new SelectedPods({
    selecting: budgets,
    pods,
    requiredLabels: ({ spec }) => spec?.selector && (spec.selector.matchLabels ?? {}),
    matches: ({ spec }, labels) => selectorMatcher(spec?.selector)(labels),
    matters: (previous, pod) => previous.status?.phase !== pod.status?.phase,
  });
}

const namespaces = fc.constantFrom('red', 'blue');
const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b'), {
  maxKeys: 2,
});
const selectors: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant(undefined),
  labels.map((matchLabels) => ({ matchLabels })),
  labels.map((matchLabels) => ({
    matchLabels,
    matchExpressions: [{ key: 'tier', operator: 'Exists' as const }],
  })),
  fc.constant<Selector>({ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }),
);
const pods = fc
  .record({ name: fc.constantFrom('p', 'q', 'r'), namespace: namespaces, labels })
  .map((fields) => buildPod(fields));
const budgets = fc
  .record({ name: fc.constantFrom('x', 'y'), namespace: namespaces, selector: selectors })
  .map(({ name, namespace, selector }) => budget(name, namespace, selector));

const selects = ({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean =>
  spec?.selector !== undefined &&
  metadata.namespace === pod.metadata.namespace &&
  selectorMatcher(spec.selector)(pod.metadata.labels);

const keysOf = (objects: Iterable<Pod | PodDisruptionBudget>): string[] =>
  [...objects].map(keyOf).sort();

type Change = readonly [object: Pod | PodDisruptionBudget, isGone: boolean];

/** What a history of changes leaves. */
function remains(history: readonly Change[]) {
  const all = new MemoryInformer<Pod>(corePods);
  const selecting = new MemoryInformer<PodDisruptionBudget>(policyPodDisruptionBudgets);
  const selected = selection(selecting, all);
  for (const [object, isGone] of history) {
    if (object.kind === 'Pod') change(all, object as Pod, isGone);
    else change(selecting, object as PodDisruptionBudget, isGone);
  }
  return { all, selecting, selected };
}

function change<T extends Pod | PodDisruptionBudget>(
  informer: MemoryInformer<T>,
  object: T,
  isGone: boolean,
): void {
  if (isGone) informer.remove(keyOf(object));
  else informer.put(object);
}

const histories = fc.array(fc.tuple(fc.oneof(pods, budgets), fc.boolean()), { maxLength: 25 });

describe('after any history', () => {
  test('the Pods of an object are those that a look at all of them finds', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { all, selecting, selected } = remains(history);
        for (const one of selecting.list()) {
          const wanted = [...all.list()].filter((pod) => selects(one, pod));
          expect(keysOf(selected.podsOf(one))).toEqual(keysOf(wanted));
        }
      }),
    );
  });

  test('who selects a Pod is who a look at all of them finds', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { all, selecting, selected } = remains(history);
        for (const pod of all.list()) {
          const wanted = [...selecting.list()].filter((one) => selects(one, pod));
          expect(keysOf(selected.selecting(pod))).toEqual(keysOf(wanted));
        }
      }),
    );
  });
});

describe('a change of a Pod is told to', () => {
  const web = { app: 'web' };
  const byLabel = budget('web', 'default', { matchLabels: web });
  const byNothing = budget('all', 'default', {});
  const elsewhere = budget('web', 'other', { matchLabels: web });
  const pod = (labels: Record<string, string>, phase: 'Pending' | 'Running' = 'Pending') =>
    buildPod({ name: 'p', labels, status: { phase } });

  test.each<[title: string, before: Pod | undefined, after: Pod | undefined, told: string[]]>([
    ['all that select a new one', undefined, pod(web), ['default/all', 'default/web']],
    ['all that selected one that is gone', pod(web), undefined, ['default/all', 'default/web']],
    ['nobody when it does not matter', pod(web), pod(web), []],
    ['all when it matters', pod(web), pod(web, 'Running'), ['default/all', 'default/web']],
    ['those that selected it by its old labels', pod(web), pod({}), ['default/all', 'default/web']],
    ['those that select it by its new labels', pod({}), pod(web), ['default/all', 'default/web']],
    ['those alone that select it', pod({ app: 'db' }), pod({}, 'Running'), ['default/all']],
  ])('%s', (_title, before, after, told) => {
    const all = new MemoryInformer<Pod>(corePods, ...(before ? [before] : []));
    const selecting = new MemoryInformer<PodDisruptionBudget>(
      policyPodDisruptionBudgets,
      byLabel,
      byNothing,
      elsewhere,
    );
    const keys = new Set<string>();
    const handler = selection(selecting, all).podHandler((key) => keys.add(key));
    if (before && after) handler.onUpdate?.(before, after);
    else if (after) handler.onAdd?.(after);
    else if (before) handler.onDelete?.(before);
    expect([...keys].sort()).toEqual(told);
  });
});
