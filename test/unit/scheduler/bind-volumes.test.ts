import { expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';

import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { bindVolumes } from '../../../src/scheduler/volumes/bind-volumes.ts';
import { VolumeState } from '../../../src/scheduler/volumes/volume-state.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { buildNode } from '../../support/builders.ts';
import { informersOf } from '../../support/scheduling.ts';
import { newClaim, newVolume } from '../../support/storage.ts';

const ZONE = 'topology.kubernetes.io/zone';
const client = { patch: async () => ({}) } as unknown as ApiClient;
const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
const asked = newClaim('data');
const bound = newClaim('data', { annotations, spec: { volumeName: 'disk' } });
const inZone = (zone: string) => {
  const matchExpressions = [{ key: ZONE, operator: 'In' as const, values: [zone] }];
  const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions }] } };
  return newVolume('disk', { spec: { nodeAffinity } });
};

/** What becomes of a claim that a volume is to be made for on a node of the east, two seconds later. */
async function bindAmong(
  objects: readonly ApiObject[],
  node: Node | undefined,
  isPodGone: () => boolean = () => false,
): Promise<string> {
  const clock = new VirtualClock();
  const state = new VolumeState(informersOf(objects), () => {});
  const plan = { bindings: [], provisioned: [asked] };
  const done = bindVolumes(plan, 'n', {
    client,
    clock,
    state,
    timeoutMs: 2_000,
    node: () => node,
    isPodGone,
  });
  const outcome = done.then(
    () => 'bound',
    (error: Error) => error.message,
  );
  clock.advance(2_000);
  return outcome;
}

const east = buildNode({ name: 'n', labels: { [ZONE]: 'east' } });

test.each<[string, readonly ApiObject[], Node | undefined, string]>([
  ['what the node reaches', [bound, inZone('east')], east, 'bound'],
  ['what every node reaches', [bound, newVolume('disk')], east, 'bound'],
  ['what is not known yet', [bound], east, 'bound'],
  ['a volume on a node that is gone', [bound, inZone('west')], undefined, 'bound'],
  [
    'what the node cannot reach',
    [bound, inZone('west')],
    east,
    'binding volumes: pv "disk" node affinity doesn\'t match node "n": no matching NodeSelectorTerms',
  ],
  ['nothing, being gone', [], east, 'binding volumes: pvc "data" is being deleted'],
  ['nothing in time', [asked], east, 'binding volumes: context deadline exceeded'],
])('a claim is bound to %s: %#', async (_, objects, node, outcome) => {
  expect(await bindAmong(objects, node)).toBe(outcome);
});

test('a claim is not waited for once its Pod is gone', async () => {
  let looks = 0;
  const gone = await bindAmong([asked], east, () => ++looks > 1);
  expect(gone).toBe('binding volumes: pod does not exist any more');
});
