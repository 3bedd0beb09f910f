import { describe, expect, test } from '@jest/globals';
import type {
  FlowSchema,
  PriorityLevelConfiguration,
} from '../../../../../src/scheme/generated/types/flowcontrol-v1.ts';
import { flowSchemaStrategy } from '../../../../../src/scheme/groups/flowcontrol/flow-schema.ts';
import { priorityLevelStrategy } from '../../../../../src/scheme/groups/flowcontrol/priority-level.ts';
import { exampleOf } from '../../../../support/kind-examples.ts';
import { created, judgesStatuses, refusesOnCreate, rowOf } from '../harness.ts';

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';

describe('a flow schema', () => {
  const FLOW = exampleOf<FlowSchema>(apiVersion, 'FlowSchema');
  const subject = (one: object) => ({ 'spec.rules.0.subjects': [one] });
  const S = 'spec.rules[0].subjects[0]';
  const resources = (members: object) => ({
    'spec.rules.0.resourceRules': [
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['a'], ...members },
    ],
  });
  const R = 'spec.rules[0].resourceRules[0]';
  const paths = (members: object) => ({
    'spec.rules.0.nonResourceRules': [{ verbs: ['get'], nonResourceURLs: ['/'], ...members }],
  });
  const N = 'spec.rules[0].nonResourceRules[0]';
  const url = (text: string) => paths({ nonResourceURLs: [text] });
  const VERBS =
    '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"';

  refusesOnCreate(flowSchemaStrategy, FLOW, [
    [
      { 'spec.matchingPrecedence': -1 },
      'spec.matchingPrecedence: Invalid value: -1: must be a positive value',
    ],
    [
      { 'spec.matchingPrecedence': 10_001 },
      'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
    ],
    [
      { 'spec.matchingPrecedence': 1 },
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ],
    [
      { 'spec.distinguisherMethod': { type: 'ByHair' } },
      'spec.distinguisherMethod.type: Unsupported value: {"type":"ByHair"}: supported values: "ByNamespace", "ByUser"',
    ],
    [
      { 'spec.priorityLevelConfiguration.name': '' },
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    ],
    [
      { 'spec.rules.0.subjects': [] },
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
    ],
    [
      subject({ kind: 'Robot' }),
      `${S}.kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"`,
    ],
    [
      subject({ kind: 'User' }),
      `${S}.user: Required value: user is required when subject kind is 'User'`,
    ],
    [
      subject({ kind: 'User', user: { name: '' }, group: { name: 'a' } }),
      `${S}.user.name: Required value`,
      `${S}.group: Forbidden: group is forbidden when subject kind is not 'Group'`,
    ],
    [
      subject({ kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: '' } }),
      `${S}.serviceAccount.namespace: Required value: must specify namespace for service account`,
    ],
    [
      { 'spec.rules.0.resourceRules': [] },
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ],
    [resources({ verbs: [] }), `${R}.verbs: Required value: verbs must contain at least one value`],
    [
      resources({ verbs: ['*', 'get'] }),
      `${R}.verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
    ],
    [
      resources({ verbs: ['look'] }),
      `${R}.verbs: Unsupported value: ["look"]: supported values: ${VERBS}`,
    ],
    [
      resources({ apiGroups: [] }),
      `${R}.apiGroups: Required value: resource rules must supply at least one api group`,
    ],
    [
      resources({ resources: ['*', 'pods'] }),
      `${R}.resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources`,
    ],
    [
      resources({ namespaces: [] }),
      `${R}.namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
    ],
    [
      resources({ namespaces: ['a.b'] }),
      `${R}.namespaces[0]: Invalid value: "a.b": each member of this list must be '*' or a DNS-1123 label; must not contain dots`,
    ],
    [
      paths({ nonResourceURLs: [] }),
      `${N}.nonResourceURLs: Required value: nonResourceURLs must contain at least one value`,
    ],
    [url('a'), `${N}.nonResourceURLs[0]: Invalid value: "a": must start with slash '/'`],
    [url('/a b'), `${N}.nonResourceURLs[0]: Invalid value: "/a b": must not contain white-space`],
    [
      url('/a//b'),
      `${N}.nonResourceURLs[0]: Invalid value: "/a//b": must not contain double slash`,
    ],
    [
      url('/a*'),
      `${N}.nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching`,
    ],
  ]);

  judgesStatuses(flowSchemaStrategy, FLOW, [
    [{ conditions: [{ type: 'Dangling', status: 'False' }] }],
    [
      { conditions: [{ type: 'A' }, { type: 'A' }, {}] },
      'status.conditions[1].type: Duplicate value: "A"',
      'status.conditions[2].type: Required value: must not be empty',
    ],
  ]);

  test('has a precedence, and shows whether it leads anywhere', () => {
    const flow = created(flowSchemaStrategy, FLOW);
    const status = { conditions: [{ type: 'Dangling', status: 'False' }] };
    expect(rowOf(flowSchemaStrategy, { ...flow, status })).toMatchObject({
      PriorityLevel: 'workload',
      MatchingPrecedence: '1000',
      DistinguisherMethod: '<none>',
      MissingPL: 'False',
    });
    expect(rowOf(flowSchemaStrategy, flow)).toMatchObject({ MissingPL: '?' });
  });
});

describe('a priority level', () => {
  const LEVEL = exampleOf<PriorityLevelConfiguration>(apiVersion, 'PriorityLevelConfiguration');
  const Q = 'spec.limited.limitResponse.queuing';

  refusesOnCreate(priorityLevelStrategy, LEVEL, [
    [
      { 'spec.type': 'Exempt' },
      "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if `name` is 'exempt'",
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    ],
    [
      { 'spec.type': 'Free' },
      'spec.type: Unsupported value: "Free": supported values: "Exempt", "Limited"',
    ],
    [{ 'spec.exempt': {} }, 'spec.exempt: Forbidden: must be nil if the type is Limited'],
    [
      { 'spec.limited': undefined },
      'spec.limited: Required value: must not be empty when type is Limited',
    ],
    [
      { 'spec.limited.nominalConcurrencyShares': -1 },
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
    ],
    [
      { 'spec.limited.lendablePercent': 101 },
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    ],
    [
      { 'spec.limited.borrowingLimitPercent': -1 },
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
    [
      { 'spec.limited.limitResponse.type': 'Wait' },
      'spec.limited.limitResponse.type: Unsupported value: "Wait": supported values: "Queue", "Reject"',
    ],
    [
      { 'spec.limited.limitResponse.type': 'Reject' },
      `${Q}: Forbidden: must be nil if limited.limitResponse.type is not Limited`,
    ],
    [
      { [Q]: undefined },
      `${Q}: Required value: must not be empty if limited.limitResponse.type is Limited`,
    ],
    [
      { [`${Q}.queueLengthLimit`]: -1 },
      `${Q}.queueLengthLimit: Invalid value: -1: must be positive`,
    ],
    [
      { [`${Q}.handSize`]: 65 },
      `${Q}.handSize: Invalid value: 65: should not be greater than queues (64)`,
    ],
    [
      { [`${Q}.handSize`]: 11 },
      `${Q}.handSize: Invalid value: 11: required entropy bits of deckSize 64 and handSize 11 should not be greater than 60`,
    ],
    [
      { [`${Q}.queues`]: 10_000_001, [`${Q}.handSize`]: 1 },
      `${Q}.queues: Invalid value: 10000001: must not be greater than 10000000`,
    ],
  ]);

  test('deals hands of eight of 64 queues', () => {
    expect(rowOf(priorityLevelStrategy, created(priorityLevelStrategy, LEVEL))).toMatchObject({
      Type: 'Limited',
      NominalConcurrencyShares: '30',
      Queues: '64',
      HandSize: '8',
      QueueLengthLimit: '50',
    });
  });
});
