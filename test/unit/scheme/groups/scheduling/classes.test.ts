import { expect, test } from '@jest/globals';
import type { RuntimeClass } from '../../../../../src/scheme/generated/types/node-v1.ts';
import type { PriorityClass } from '../../../../../src/scheme/generated/types/scheduling-v1.ts';
import { runtimeClassStrategy } from '../../../../../src/scheme/groups/node/runtime-class.ts';
import { priorityClassStrategy } from '../../../../../src/scheme/groups/scheduling/priority-class.ts';
import {
  CREATED,
  errorsOnCreate,
  judgesUpdates,
  refusesOnCreate,
  rowOf,
  withMembers,
} from '../harness.ts';

const HIGH: PriorityClass = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'high' },
  value: 1000,
};
const RESERVED =
  "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error:";

refusesOnCreate(priorityClassStrategy, HIGH, [
  [
    { value: 1_000_000_001 },
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  [
    { 'metadata.name': 'system-mine' },
    `${RESERVED} system-mine is not a known system priority class`,
  ],
  [
    { 'metadata.name': 'system-node-critical' },
    `${RESERVED} value of system-node-critical PriorityClass must be 2000001000`,
  ],
  [
    { 'metadata.name': 'system-cluster-critical', value: 2_000_000_000, globalDefault: true },
    `${RESERVED} globalDefault of system-cluster-critical PriorityClass must be false`,
  ],
  [
    { preemptionPolicy: 'Always' },
    'preemptionPolicy: Unsupported value: "Always": supported values: "PreemptLowerPriority", "Never"',
  ],
]);

test('the priority classes of the system are taken as they are', () => {
  const system = { 'metadata.name': 'system-node-critical', value: 2_000_001_000 };
  expect(errorsOnCreate(priorityClassStrategy, withMembers(HIGH, system))).toEqual([]);
});

judgesUpdates(priorityClassStrategy, HIGH, [
  [{ value: 1 }, 'value: Forbidden: may not be changed in an update.'],
  [{ preemptionPolicy: 'Never' }, 'preemptionPolicy: Invalid value: "Never": field is immutable'],
  [{ description: 'a', globalDefault: true }],
]);

const GVISOR: RuntimeClass = {
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'gvisor', creationTimestamp: CREATED },
  handler: 'runsc',
  overhead: { podFixed: { memory: '64Mi' } },
};
const TOLERATION = { key: 'a', operator: 'Exists' };

refusesOnCreate(runtimeClassStrategy, GVISOR, [
  [{ handler: 'a.b' }, 'handler: Invalid value: "a.b": must not contain dots'],
  [
    { 'overhead.podFixed': { fuel: '1' } },
    'overhead.limits[fuel]: Invalid value: "fuel": must be a standard resource type or fully qualified',
    'overhead.limits[fuel]: Invalid value: "fuel": must be a standard resource for containers',
  ],
  [
    { scheduling: { tolerations: [TOLERATION, TOLERATION] } },
    'scheduling.tolerations[1]: Duplicate value: {"key":"a","operator":"Exists"}',
  ],
  [
    { scheduling: { tolerations: [{ operator: 'Equal' }] } },
    'scheduling.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
  ],
]);

judgesUpdates(runtimeClassStrategy, GVISOR, [
  [{ handler: 'runc' }, 'handler: Invalid value: "runc": field is immutable'],
]);

test('a runtime class is shown as kubectl shows it', () => {
  expect(rowOf(runtimeClassStrategy, GVISOR)).toEqual({
    Name: 'gvisor',
    Handler: 'runsc',
    Age: '10m',
  });
});
