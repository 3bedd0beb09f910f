import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  Informer,
  InformerFactory,
  InformerHandler,
} from '../../../../src/machinery/informer.ts';
import { ClusterCache } from '../../../../src/scheduler/cluster-cache.ts';
import { ClusterMirror } from '../../../../src/scheduler/simulation/cluster-mirror.ts';
import { Pace } from '../../../../src/scheduler/simulation/pace.ts';
import type { Node, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';

/** Informers that say what a test has them say. */
class ScriptedInformers implements InformerFactory {
  readonly #handlers = new Map<string, InformerHandler<ApiObject>>();

  readonly informer: InformerFactory['informer'] = (ref) =>
    ({
      addHandler: (handler: InformerHandler<ApiObject>) => this.#handlers.set(ref.kind, handler),
    }) as unknown as Informer<never>;

  set(object: ApiObject): void {
    this.#handlers.get(object.kind)?.onUpdate?.(object, object);
  }

  remove(object: ApiObject): void {
    this.#handlers.get(object.kind)?.onDelete?.(object);
  }
}

const NAMES = ['a', 'b', 'c'] as const;

type Step =
  | { readonly do: 'node' | 'remove-node'; readonly name: string }
  | {
      readonly do: 'pod';
      readonly uid: string;
      readonly node: string | undefined;
      readonly ended: boolean;
    }
  | { readonly do: 'remove-pod'; readonly uid: string };

const name = fc.constantFrom(...NAMES);
const uid = fc.constantFrom('u1', 'u2', 'u3', 'u4');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('node' as const, 'remove-node' as const), name }),
  fc.record({
    do: fc.constant('pod' as const),
    uid,
    node: fc.option(name, { nil: undefined }),
    ended: fc.nat(4).map((drawn) => drawn === 0),
  }),
  fc.record({ do: fc.constant('remove-pod' as const), uid }),
);

function podOf(id: string, node: string | undefined, ended: boolean): Pod {
  const pod = buildPod({ name: id, spec: node ? { nodeName: node } : {} });
  const phase = ended ? 'Succeeded' : 'Pending';
  return { ...pod, metadata: { ...pod.metadata, uid: id }, status: { phase } };
}

test('after any history the cache shows what there is, whenever it was brought up to date meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 40 }), async (steps) => {
      const informers = new ScriptedInformers();
      const cache = new ClusterCache();
      const mirror = new ClusterMirror(cache, informers);
      const nodes = new Map<string, Node>();
      const pods = new Map<string, Pod>();
      for (const [next, isUpdated] of steps) {
        switch (next.do) {
          case 'node':
            nodes.set(next.name, buildNode({ name: next.name }));
            informers.set(nodes.get(next.name) as Node);
            break;
          case 'remove-node':
            informers.remove(nodes.get(next.name) ?? buildNode({ name: next.name }));
            nodes.delete(next.name);
            break;
          case 'pod':
            pods.set(next.uid, podOf(next.uid, next.node, next.ended));
            informers.set(pods.get(next.uid) as Pod);
            break;
          case 'remove-pod':
            informers.remove(pods.get(next.uid) ?? podOf(next.uid, undefined, false));
            pods.delete(next.uid);
            break;
        }
        if (isUpdated) await mirror.update(new Pace(60_000));
      }
      await mirror.update(new Pace(60_000));
      expect([...cache.nodes()].map((node) => node.name).sort()).toEqual([...nodes.keys()].sort());
      for (const node of NAMES) {
        const there = [...(cache.node(node)?.pods() ?? [])].map((pod) => pod.uid).sort();
        const own = [...pods.values()].filter(
          ({ spec, status }) => spec?.nodeName === node && status?.phase !== 'Succeeded',
        );
        expect(there).toEqual(own.map(({ metadata }) => metadata.uid).sort());
      }
    }),
  );
});

test('the cache stands still until it is brought up to date', async () => {
  const informers = new ScriptedInformers();
  const cache = new ClusterCache();
  const mirror = new ClusterMirror(cache, informers);
  informers.set(buildNode({ name: 'a' }));
  expect(cache.nodeCount).toBe(0);
  await mirror.update(new Pace(60_000));
  expect(cache.nodeCount).toBe(1);
});

test('room that is being made for a Pod is kept for it, until it has its node or is gone', async () => {
  const informers = new ScriptedInformers();
  const cache = new ClusterCache();
  const mirror = new ClusterMirror(cache, informers);
  const waiting = podOf('u1', undefined, false);
  const nominated: Pod = { ...waiting, status: { nominatedNodeName: 'a' } };
  const roomAfter = async (act: () => void) => {
    act();
    await mirror.update(new Pace(60_000));
    return cache.nominations.nodeOf('u1');
  };
  informers.set(buildNode({ name: 'a' }));
  expect(await roomAfter(() => informers.set(nominated))).toBe('a');
  expect(await roomAfter(() => informers.set(waiting))).toBeUndefined();
  expect(await roomAfter(() => informers.set(nominated))).toBe('a');
  expect(await roomAfter(() => informers.set(podOf('u1', 'a', false)))).toBeUndefined();
  expect(await roomAfter(() => informers.remove(nominated))).toBeUndefined();
  expect(cache.node('a')?.podCount).toBe(0);
});
