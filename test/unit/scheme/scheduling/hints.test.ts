import { expect, test } from '@jest/globals';
import {
  REASON_CANNOT_ALLOCATE,
  REASON_NOT_AVAILABLE,
} from '../../../../src/scheduler/plugins/dynamic-resources.ts';
import {
  REASON_AFFINITY,
  REASON_ANTI_AFFINITY,
} from '../../../../src/scheduler/plugins/inter-pod-affinity.ts';
import {
  REASON_ADDED_AFFINITY,
  REASON_NODE_AFFINITY,
} from '../../../../src/scheduler/plugins/node-affinity.ts';
import { REASON_NODE_NAME } from '../../../../src/scheduler/plugins/node-name.ts';
import { REASON_NODE_PORTS } from '../../../../src/scheduler/plugins/node-ports.ts';
import {
  insufficient,
  REASON_TOO_MANY_PODS,
} from '../../../../src/scheduler/plugins/node-resources-fit.ts';
import { REASON_NODE_UNSCHEDULABLE } from '../../../../src/scheduler/plugins/node-unschedulable.ts';
import { REASON_VOLUME_LIMIT } from '../../../../src/scheduler/plugins/node-volume-limits.ts';
import {
  REASON_MISSING_LABEL,
  REASON_TOPOLOGY_SPREAD,
} from '../../../../src/scheduler/plugins/pod-topology-spread.ts';
import { REASON_UNTOLERATED_TAINT } from '../../../../src/scheduler/plugins/taint-toleration.ts';
import { REASON_DISK_CONFLICT } from '../../../../src/scheduler/plugins/volume-restrictions.ts';
import { REASON_VOLUME_ZONE } from '../../../../src/scheduler/plugins/volume-zone.ts';
import {
  REASON_BIND_CONFLICT,
  REASON_UNBOUND_IMMEDIATE,
  REASON_VOLUME_NODE_CONFLICT,
} from '../../../../src/scheduler/volumes/pod-volumes.ts';
import { hintFor } from '../../../../src/scheme/scheduling/hints.ts';

const CASES: readonly (readonly [reason: string, hint: string])[] = [
  [insufficient('cpu'), 'request less cpu'],
  [insufficient('example.com/gpu'), 'request less example.com/gpu'],
  [REASON_TOO_MANY_PODS, 'add a node'],
  [REASON_NODE_UNSCHEDULABLE, 'kubectl uncordon'],
  [REASON_UNTOLERATED_TAINT, 'spec.tolerations'],
  [REASON_NODE_AFFINITY, 'spec.nodeSelector'],
  [REASON_ADDED_AFFINITY, 'addedAffinity'],
  [REASON_NODE_NAME, 'spec.nodeName'],
  [REASON_NODE_PORTS, 'hostPort'],
  [REASON_TOPOLOGY_SPREAD, 'maxSkew'],
  [REASON_MISSING_LABEL, 'every topologyKey'],
  [REASON_AFFINITY, 'spec.affinity.podAffinity'],
  [REASON_ANTI_AFFINITY, 'without such Pods'],
  ["node(s) didn't satisfy existing pods anti-affinity rules", 'keep this one away'],
  [REASON_VOLUME_LIMIT, 'attach more'],
  [REASON_DISK_CONFLICT, 'read-only'],
  [REASON_VOLUME_ZONE, 'where the volume is'],
  [REASON_VOLUME_NODE_CONFLICT, 'where the volume is'],
  [REASON_BIND_CONFLICT, 'StorageClass'],
  [REASON_UNBOUND_IMMEDIATE, 'its events'],
  ['persistentvolumeclaim "data" not found', 'create the claim data'],
  ['resourceclaim "gpu" not found', 'create the claim gpu'],
  [REASON_CANNOT_ALLOCATE, 'free devices'],
  [REASON_NOT_AVAILABLE, 'cannot be reached'],
  ['resourceclaim in use', 'a claim of its own'],
  ['request gpu: device class fast does not exist', 'create the DeviceClass fast'],
];

test.each(CASES)('%s: there is advice', (reason, hint) => {
  expect(hintFor(reason)).toContain(hint);
});

test('about a reason that nobody knows there is no advice', () => {
  expect(hintFor('the stars are not right')).toBeUndefined();
});
