import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/lib/random.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import type { Plugin, Profile } from '../../../src/scheduler/framework.ts';
import { PlacementTables } from '../../../src/scheduler/placement-tables.ts';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import type { DomainCounts } from '../../../src/scheduler/topology/domain-counts.ts';
import type { PodAffinityTerm } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod, type PodFields } from '../../support/builders.ts';
import { defaultProfile, pluginHandle } from '../../support/scheduling.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

/** Counts what plugins are asked: a node filtered or scored, a domain judged or weighed, a count brought up to date. */
class Asked {
  count = 0;

  watch(profile: Profile): Profile {
    return { ...profile, plugins: profile.plugins.map((plugin) => this.#watched(plugin)) };
  }

  #tick<A extends readonly unknown[], R>(ask: (...args: A) => R, cost = (..._: A) => 1) {
    return (...args: A): R => {
      this.count += cost(...args);
      return ask(...args);
    };
  }

  #watched(plugin: Plugin): Plugin {
    const { preFilter, preFilterDomains, preScore, preScoreDomains } = plugin;
    return {
      ...plugin,
      ...(preFilter && {
        preFilter: (pod) => {
          const result = preFilter(pod);
          return result?.filter ? { ...result, filter: this.#tick(result.filter) } : result;
        },
      }),
      ...(preScore && {
        preScore: (pod) => {
          const scorer = preScore(pod);
          return scorer && { ...scorer, score: this.#tick((node) => scorer.score(node)) };
        },
      }),
      ...(preFilterDomains && {
        preFilterDomains: (pod) => {
          const view = preFilterDomains(pod);
          if (!view) return view;
          const filter = this.#tick<Parameters<typeof view.filter>, ReturnType<typeof view.filter>>(
            (...args) => view.filter(...args),
          );
          return {
            filter,
            counts: view.counts.map((one) => this.#counted(one)),
            close: () => view.close(),
          };
        },
      }),
      ...(preScoreDomains && {
        preScoreDomains: (pod) => {
          const view = preScoreDomains(pod);
          if (!view) return view;
          const score = this.#tick<Parameters<typeof view.score>, ReturnType<typeof view.score>>(
            (candidates) => view.score(candidates),
            (candidates) => candidates.length,
          );
          return {
            score,
            counts: view.counts.map((one) => this.#counted(one)),
            close: () => view.close(),
          };
        },
      }),
    };
  }

  #counted(counts: DomainCounts): DomainCounts {
    const update = counts.update.bind(counts);
    counts.update = this.#tick(update);
    return counts;
  }
}

interface Size {
  readonly nodes: number;
  readonly placed: number;
}

/** How much is asked for each of some pods of a template, once two of them are placed. */
function costOfAPod(template: PodFields, { nodes, placed }: Size): number {
  const cache = new ClusterCache();
  const asked = new Asked();
  const profile = asked.watch(defaultProfile(pluginHandle(cache)));
  const tables = new PlacementTables({ profile, cache, random: seededRandom(1) });
  for (let number = 0; number < nodes; number++) {
    const name = `node-${number}`;
    const labels = { [HOST]: name, [ZONE]: `zone-${number % 3}` };
    cache.setNode(buildNode({ name, labels }));
  }
  for (let number = 0; number < placed; number++) {
    cache.place(toPodInfo(buildPod({ labels: { app: 'old' } })), `node-${number % nodes}`);
  }
  const schedule = (): void => {
    const info = toPodInfo(buildPod(template));
    const node = tables.tableFor(info).best();
    expect(node).toBeDefined();
    cache.place(info, node ?? '');
  };
  // The second pod is the first to meet what the first one brings: its terms.
  schedule();
  schedule();
  const before = asked.count;
  const PODS = 50;
  for (let number = 0; number < PODS; number++) schedule();
  return (asked.count - before) / PODS;
}

const labels = { app: 'web' };
const own = { matchLabels: labels };
const term = (topologyKey: string, app = 'web'): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
});
const spread = (topologyKey: string, whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') => ({
  topologySpreadConstraints: [{ topologyKey, whenUnsatisfiable, maxSkew: 1, labelSelector: own }],
});
const required = (one: PodAffinityTerm) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [one],
});

test.each<[string, PodFields['spec']]>([
  ['without a wish', {}],
  ['that spreads over zones', spread(ZONE, 'DoNotSchedule')],
  ['that spreads over nodes', spread(HOST, 'DoNotSchedule')],
  ['that had rather spread over nodes', spread(HOST, 'ScheduleAnyway')],
  ['that keeps away from its like', { affinity: { podAntiAffinity: required(term(HOST)) } }],
  ['that joins its like in a zone', { affinity: { podAffinity: required(term(ZONE)) } }],
  [
    'that had rather be with others',
    {
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: term(ZONE, 'old') },
          ],
        },
      },
    },
  ],
])('a pod %s costs the same with ten times the nodes and thousands of pods on them', (_, spec) => {
  const template = { labels, ...(spec ? { spec } : {}) };
  const small = costOfAPod(template, { nodes: 200, placed: 0 });
  const large = costOfAPod(template, { nodes: 2000, placed: 8000 });
  expect(small).toBeGreaterThan(0);
  expect(large).toBeLessThan(small + 1);
});
