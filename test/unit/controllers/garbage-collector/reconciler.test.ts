/** What hangs on the moment: informers that are behind, kinds that come and go. */
import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import { toKey } from '../../../../src/controllers/garbage-collector/object-key.ts';
import { createGarbageCollectorController } from '../../../../src/controllers/garbage-collector/reconciler.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import {
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../../../src/machinery/controller.ts';
import { notFound } from '../../../../src/scheme/errors.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import { type ApiObject, keyOf, type OwnerReference } from '../../../../src/scheme/object.ts';
import type { ResourceDefinition, ResourceRef } from '../../../../src/scheme/resource.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';
import { MemoryInformer } from '../../../support/memory-informer.ts';

const SERVED = createScheme({ strategies: STRATEGIES, runtimeConfig: '' }).served();
const definitionOf = (group: string, resource: string): ResourceDefinition =>
  SERVED.find((one) => one.group === group && one.resource === resource) as ResourceDefinition;

const PODS = definitionOf('', 'pods');
const SETS = definitionOf('apps', 'replicasets');
const WEB: OwnerReference = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'web',
  uid: 'web-1',
};
const WEB_KEY = toKey({
  uid: 'web-1',
  group: 'apps',
  resource: 'replicasets',
  namespace: 'default',
  name: 'web',
});

const replicaSet: ApiObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { namespace: 'default', name: 'web', uid: 'web-1' },
};
const pod = (name: string, owner: OwnerReference): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name, uid: name, ownerReferences: [owner] },
});

/** A collector over informers that the test fills, and a store that holds what `stored` has. */
class World {
  served: readonly ResourceDefinition[];
  readonly pods = new MemoryInformer<ApiObject>(PODS);
  readonly sets = new MemoryInformer<ApiObject>(SETS);
  readonly stored = new Map<string, ApiObject>();
  readonly queued = new Set<string>();
  readonly deleted: string[] = [];
  readonly #reconcile: (key: string) => Promise<ReconcileResult>;
  #onChange = (): void => undefined;

  constructor(served: readonly ResourceDefinition[] = [PODS, SETS]) {
    this.served = served;
    const resources = {
      served: () => this.served,
      onChange: (listener: () => void) => {
        this.#onChange = listener;
        return () => undefined;
      },
    };
    const reconcile = createGarbageCollectorController({ resources }).setUp(this.#context());
    this.#reconcile = (key) => reconcile(key, new AbortController().signal);
  }

  serve(...served: readonly ResourceDefinition[]): void {
    this.served = served;
    this.#onChange();
  }

  /** Runs every key that waits. */
  async work(): Promise<ReconcileResult[]> {
    const keys = [...this.queued];
    this.queued.clear();
    return Promise.all(keys.map((key) => this.#reconcile(key)));
  }

  #context(): ControllerContext {
    const others = new MemoryInformer<ApiObject>(PODS);
    const client: Pick<ApiClient, 'get' | 'delete'> = {
      get: async (ref: ResourceRef, { namespace, name = '' }) => {
        const found = this.stored.get(`${ref.resource}/${namespace}/${name}`);
        if (!found) throw notFound({ ...ref, name });
        return found as never;
      },
      delete: async (_ref: ResourceRef, { name }) => {
        this.deleted.push(name ?? '');
        return undefined as never;
      },
    };
    const informer = ({ resource }: ResourceRef) =>
      ({ pods: this.pods, replicasets: this.sets })[resource] ?? others;
    const events = { withSource: () => events, record: () => undefined };
    return {
      client,
      events,
      informers: { informer },
      queue: { add: (key: string) => this.queued.add(key) },
      clock: new VirtualClock(),
    } as unknown as ControllerContext;
  }
}

describe('the garbage collector', () => {
  test('keeps a dependent whose owner its informer has not shown, and looks again until it does', async () => {
    const world = new World();
    world.stored.set('replicasets/default/web', replicaSet);
    world.pods.put(pod('a', WEB));
    expect([...world.queued]).toEqual([WEB_KEY]);
    expect(await world.work()).toEqual([requeueAfter(10_000)]);
    expect(world.deleted).toEqual([]);
    world.sets.put(replicaSet);
    world.queued.add(WEB_KEY);
    expect(await world.work()).toEqual([done]);
  });

  test('deletes the dependent of an owner that came and went unseen', async () => {
    const world = new World();
    world.stored.set('replicasets/default/web', replicaSet);
    world.pods.put(pod('a', WEB));
    await world.work();
    world.stored.clear();
    world.queued.add(WEB_KEY);
    expect(await world.work()).toEqual([done]);
    expect(world.deleted).toEqual(['a']);
  });

  test.each<[string, Partial<OwnerReference>]>([
    ['name', { name: 'other' }],
    ['kind', { apiVersion: 'v1', kind: 'Pod' }],
  ])(
    'does not take an owner for gone that another dependent calls by a wrong %s',
    async (_what, wrong) => {
      const world = new World();
      world.stored.set('replicasets/default/web', replicaSet);
      world.pods.put(pod('wrong', { ...WEB, ...wrong }));
      await world.work();
      expect(world.deleted).toEqual(['wrong']);
      world.pods.remove(keyOf(pod('wrong', WEB)));
      world.pods.put(pod('right', WEB));
      await world.work();
      expect(world.deleted).toEqual(['wrong']);
    },
  );

  test('deletes what is owned by an object whose kind is gone with it', async () => {
    const world = new World();
    world.sets.put(replicaSet);
    world.pods.put(pod('a', WEB));
    world.sets.remove('default/web');
    world.serve(PODS);
    await world.work();
    expect(world.deleted).toEqual(['a']);
  });

  test('keeps what is owned by an object of a kind that nobody serves, until it is served and the owner is not there', async () => {
    const world = new World([PODS]);
    world.pods.put(pod('a', WEB));
    await world.work();
    expect(world.deleted).toEqual([]);
    world.serve(PODS, SETS);
    await world.work();
    expect(world.deleted).toEqual(['a']);
  });

  test('keeps what is owned by an object of a kind that is served anew', async () => {
    const world = new World([PODS]);
    world.pods.put(pod('a', WEB));
    world.stored.set('replicasets/default/web', replicaSet);
    world.serve(PODS, SETS);
    await world.work();
    expect(world.deleted).toEqual([]);
  });
});
