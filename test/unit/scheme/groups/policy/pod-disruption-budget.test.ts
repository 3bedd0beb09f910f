import { expect, test } from '@jest/globals';
import type { PodDisruptionBudget } from '../../../../../src/scheme/generated/types/policy-v1.ts';
import { podDisruptionBudgetStrategy } from '../../../../../src/scheme/groups/policy/pod-disruption-budget.ts';
import { CREATED, judgesStatuses, refusesOnCreate, rowOf } from '../harness.ts';

const WEB: PodDisruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'default', creationTimestamp: CREATED },
  spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
};

refusesOnCreate(podDisruptionBudgetStrategy, WEB, [
  [
    { 'spec.selector': undefined, 'spec.maxUnavailable': 1 },
    'spec: Invalid value: {"minAvailable":2,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
  ],
  [
    { 'spec.minAvailable': -1 },
    'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    { 'spec.minAvailable': '101%' },
    'spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
  ],
  [
    { 'spec.minAvailable': 'half' },
    "spec.minAvailable: Invalid value: \"half\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
  ],
  [
    { 'spec.minAvailable': undefined, 'spec.maxUnavailable': '200%' },
    'spec.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
  ],
  [
    { 'spec.selector': { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
    'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
  ],
  [
    { 'spec.unhealthyPodEvictionPolicy': 'Never' },
    'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
  ],
]);

const condition = {
  type: 'DisruptionAllowed',
  status: 'True',
  reason: 'SufficientPods',
  message: '',
  lastTransitionTime: CREATED,
};
const C = 'status.conditions[0]';

judgesStatuses(podDisruptionBudgetStrategy, WEB, [
  [{ disruptionsAllowed: 1, conditions: [condition] }],
  ...(['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const).map(
    (name) =>
      [
        { [name]: -1 },
        `status.${name}: Invalid value: -1: must be greater than or equal to 0`,
      ] as const,
  ),
  [
    { conditions: [condition, condition] },
    'status.conditions[1].type: Duplicate value: "DisruptionAllowed"',
  ],
  [
    { conditions: [{ ...condition, status: 'Maybe' }] },
    `${C}.status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`,
  ],
  [
    { conditions: [{ ...condition, lastTransitionTime: undefined, reason: '' }] },
    `${C}.lastTransitionTime: Required value: must be set`,
    `${C}.reason: Required value: must be set`,
  ],
  [
    { conditions: [{ ...condition, reason: 'not one word' }] },
    `${C}.reason: Invalid value: "not one word": a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')`,
  ],
  [
    { conditions: [{ ...condition, message: 'a'.repeat(32_769) }] },
    `${C}.message: Too long: may not be more than 32768 bytes`,
  ],
  [
    { conditions: [{ ...condition, observedGeneration: -1 }] },
    `${C}.observedGeneration: Invalid value: -1: must be greater than or equal to zero`,
  ],
]);

test('a budget is shown as kubectl shows it', () => {
  expect(rowOf(podDisruptionBudgetStrategy, WEB)).toEqual({
    Name: 'web',
    'Min Available': '2',
    'Max Unavailable': 'N/A',
    'Allowed Disruptions': '0',
    Age: '10m',
  });
});
