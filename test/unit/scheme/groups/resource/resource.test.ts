import { describe, expect, test } from '@jest/globals';
import type {
  DeviceClass,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from '../../../../../src/scheme/generated/types/resource-v1.ts';
import type { ResourceClaim as BetaResourceClaim } from '../../../../../src/scheme/generated/types/resource-v1beta1.ts';
import type { DeviceTaintRule } from '../../../../../src/scheme/generated/types/resource-v1beta2.ts';
import { deviceClassStrategy } from '../../../../../src/scheme/groups/resource/device-class.ts';
import { deviceTaintRuleStrategy } from '../../../../../src/scheme/groups/resource/device-taint-rule.ts';
import {
  betaResourceClaimStrategy,
  resourceClaimStrategy,
  resourceClaimTemplateStrategy,
} from '../../../../../src/scheme/groups/resource/resource-claim.ts';
import { resourceSliceStrategy } from '../../../../../src/scheme/groups/resource/resource-slice.ts';
import { exampleOf } from '../../../../support/kind-examples.ts';
import {
  created,
  defaulted,
  judgesStatuses,
  judgesUpdates,
  refusesOnCreate,
  rowOf,
} from '../harness.ts';

const apiVersion = 'resource.k8s.io/v1';
const CLAIM = exampleOf<ResourceClaim>(apiVersion, 'ResourceClaim');
const request = (members: object): Record<string, unknown> => ({
  'spec.devices.requests': [{ name: 'gpu', ...members }],
});
const exactly = (members: object): Record<string, unknown> =>
  request({ exactly: { deviceClassName: 'gpu', ...members } });
const A = 'spec.devices.requests[0]';
const EITHER = 'exactly one of `exactly` or `firstAvailable` is required';
const REFERENCE =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

describe('a claim of devices', () => {
  test('is for one device of each request', () => {
    expect(created(resourceClaimStrategy, CLAIM).spec.devices?.requests?.[0]?.exactly).toEqual({
      deviceClassName: 'gpu',
      allocationMode: 'ExactCount',
      count: 1,
    });
    const beta = {
      ...CLAIM,
      apiVersion: 'resource.k8s.io/v1beta1',
      spec: { devices: { requests: [{ name: 'a', deviceClassName: 'gpu' }] } },
    } as BetaResourceClaim;
    expect(defaulted(betaResourceClaimStrategy, beta).spec.devices?.requests?.[0]).toMatchObject({
      allocationMode: 'ExactCount',
      count: 1,
    });
  });

  refusesOnCreate(resourceClaimStrategy, CLAIM, [
    [request({}), `${A}: Required value: ${EITHER}`],
    [
      request({
        exactly: { deviceClassName: 'gpu' },
        firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }],
      }),
      `${A}: Invalid value: ${EITHER}, but multiple fields are set`,
    ],
    [
      request({ name: 'a.b', exactly: { deviceClassName: 'gpu' } }),
      `${A}.name: Invalid value: "a.b": must not contain dots`,
    ],
    [exactly({ deviceClassName: '' }), `${A}.exactly.deviceClassName: Required value`],
    [exactly({ count: -1 }), `${A}.exactly.count: Invalid value: -1: must be greater than zero`],
    [
      exactly({ allocationMode: 'All', count: 1 }),
      `${A}.exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'`,
    ],
    [
      exactly({ allocationMode: 'Some' }),
      `${A}.exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"`,
    ],
    [exactly({ selectors: [{}] }), `${A}.exactly.selectors[0].cel: Required value`],
    [
      exactly({ selectors: [{ cel: { expression: 'a'.repeat(10_241) } }] }),
      `${A}.exactly.selectors[0].cel.expression: Too long: may not be more than 10240 bytes`,
    ],
    [
      exactly({ tolerations: [{ operator: 'Exists', value: 'a' }] }),
      `${A}.exactly.tolerations[0].value: Invalid value: "a": must be empty for operator \`Exists\``,
    ],
    [
      request({
        firstAvailable: ['a', 'a'].map((name) => ({ name, deviceClassName: 'gpu' })),
      }),
      `${A}.firstAvailable[1]: Duplicate value: "a"`,
    ],
    [
      {
        'spec.devices.requests': ['a', 'a'].map((name) => ({
          name,
          exactly: { deviceClassName: 'gpu' },
        })),
      },
      'spec.devices.requests[1]: Duplicate value: "a"',
    ],
    [
      {
        'spec.devices.requests': Array.from({ length: 33 }, (_, index) => ({ name: `r${index}` })),
      },
      'spec.devices.requests: Too many: 33: must have at most 32 items',
    ],
    [
      { 'spec.devices.constraints': [{ requests: ['cpu'], matchAttribute: 'a.b/c' }] },
      `spec.devices.constraints[0].requests[0]: Invalid value: "cpu": ${REFERENCE}`,
    ],
    [
      { 'spec.devices.constraints': [{ matchAttribute: 'model' }] },
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
    ],
    [
      { 'spec.devices.constraints': [{ matchAttribute: 'a.b/1c' }] },
      `spec.devices.constraints[0].matchAttribute: Invalid value: "1c": ${IDENTIFIER}`,
    ],
    [
      { 'spec.devices.constraints': [{}] },
      'spec.devices.constraints[0]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set',
    ],
    [{ 'spec.devices.config': [{}] }, 'spec.devices.config[0].opaque: Required value'],
    [
      { 'spec.devices.config': [{ opaque: { driver: '', parameters: [] } }] },
      'spec.devices.config[0].opaque.driver: Required value',
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
    ],
    [
      {
        'spec.devices.config': [
          { opaque: { driver: 'a.b', parameters: { a: 'x'.repeat(10_240) } } },
        ],
      },
      'spec.devices.config[0].opaque.parameters: Too long: may not be more than 10240 bytes',
    ],
  ]);

  judgesUpdates(resourceClaimStrategy, CLAIM, [
    [{ spec: {} }, 'spec: Invalid value: {}: field is immutable'],
  ]);

  const result = { request: 'gpu', driver: 'a.b', pool: 'n1', device: 'gpu-0' };
  const allocation = { devices: { results: [result] } };
  const consumer = { resource: 'pods', name: 'web', uid: 'u1' };
  const allocated = (members: object) => ({
    allocation: { devices: { results: [{ ...result, ...members }] } },
  });
  const D = 'status.allocation.devices.results[0]';
  judgesStatuses(resourceClaimStrategy, CLAIM, [
    [{ allocation, reservedFor: [consumer] }],
    [
      { reservedFor: [consumer] },
      'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
    ],
    [
      { allocation, reservedFor: [consumer, consumer] },
      'status.reservedFor[1]: Duplicate value: "u1"',
    ],
    [
      { allocation, reservedFor: [{ ...consumer, name: '', uid: '' }] },
      'status.reservedFor[0].name: Required value',
      'status.reservedFor[0].uid: Required value',
    ],
    [allocated({ request: 'cpu' }), `${D}.request: Invalid value: "cpu": ${REFERENCE}`],
    [allocated({ driver: '' }), `${D}.driver: Required value`],
    [allocated({ pool: '' }), `${D}.pool: Required value`],
    [allocated({ device: 'a.b' }), `${D}.device: Invalid value: "a.b": must not contain dots`],
  ]);

  test('is shown as far as it has come', () => {
    expect(rowOf(resourceClaimStrategy, CLAIM)).toMatchObject({ State: 'pending' });
    const status = { allocation, reservedFor: [consumer] };
    expect(rowOf(resourceClaimStrategy, { ...CLAIM, status })).toMatchObject({
      State: 'allocated,reserved',
    });
  });
});

describe('a template of claims', () => {
  refusesOnCreate(
    resourceClaimTemplateStrategy,
    exampleOf<ResourceClaimTemplate>(apiVersion, 'ResourceClaimTemplate'),
    [
      [
        { 'spec.spec.devices.requests.0.exactly.deviceClassName': '' },
        'spec.spec.devices.requests[0].exactly.deviceClassName: Required value',
      ],
      [
        { 'spec.metadata': { labels: { a: '.' } } },
        "spec.metadata.labels: Invalid value: \".\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
  );
});

describe('a class of devices', () => {
  refusesOnCreate(deviceClassStrategy, exampleOf<DeviceClass>(apiVersion, 'DeviceClass'), [
    [{ 'spec.selectors': [{}] }, 'spec.selectors[0].cel: Required value'],
    [{ 'spec.config': [{}] }, 'spec.config[0].opaque: Required value'],
    [
      { 'spec.extendedResourceName': 'cpu' },
      'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
    ],
  ]);
});

describe('a slice of devices', () => {
  const SLICE = exampleOf<ResourceSlice>(apiVersion, 'ResourceSlice');
  const device = (members: object): Record<string, unknown> => ({
    'spec.devices': [{ name: 'gpu-0', ...members }],
  });
  const attribute = (value: object) => device({ attributes: { model: value } });
  const policy = (requestPolicy: object, value = '10Gi') =>
    device({ allowMultipleAllocations: true, capacity: { memory: { value, requestPolicy } } });
  const D = 'spec.devices[0]';
  const M = `${D}.attributes[model]`;
  const P = `${D}.capacity[memory].requestPolicy`;
  const WAYS =
    'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  const PER_DEVICE = '`perDeviceNodeSelection` is set to true in the ResourceSlice spec';

  refusesOnCreate(resourceSliceStrategy, SLICE, [
    [{ 'spec.driver': '' }, 'spec.driver: Required value'],
    [{ 'spec.pool.name': '' }, 'spec.pool.name: Required value'],
    [
      { 'spec.pool.resourceSliceCount': 0 },
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
    ],
    [
      { 'spec.pool.generation': -1 },
      'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero',
    ],
    [{ 'spec.nodeName': undefined }, `spec: Required value: ${WAYS}`],
    [
      { 'spec.allNodes': true },
      `spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${WAYS}, but multiple fields are set`,
    ],
    [
      { 'spec.nodeName': '', 'spec.allNodes': true },
      'spec.nodeName: Invalid value: "": must be either unset or set to a non-empty string',
    ],
    [
      { 'spec.allNodes': false },
      'spec.allNodes: Invalid value: false: must be either unset or set to true',
    ],
    [
      { 'spec.nodeName': undefined, 'spec.nodeSelector': { nodeSelectorTerms: [{}, {}] } },
      'spec.nodeSelector.nodeSelectorTerms: Invalid value: [{},{}]: must have exactly one node selector term',
    ],
    [
      { 'spec.sharedCounters': [{ name: 'a', counters: { b: { value: '1' } } }] },
      'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
    ],
    [
      { 'spec.devices': Array.from({ length: 129 }, (_, index) => ({ name: `d${index}` })) },
      'spec.devices: Too many: 129: must have at most 128 items',
    ],
    [
      {
        'spec.devices': Array.from({ length: 65 }, (_, index) => ({
          name: `d${index}`,
          taints: [{ key: 'a', effect: 'NoSchedule' }],
        })),
      },
      'spec.devices: Too many: 65: must have at most 64 items',
    ],
    [{ 'spec.devices': [{ name: 'a' }, { name: 'a' }] }, 'spec.devices[1]: Duplicate value: "a"'],
    [
      device({
        attributes: Object.fromEntries(
          Array.from({ length: 33 }, (_, index) => [`a${index}`, { int: 1 }]),
        ),
      }),
      `${D}: Invalid value: 33: the total number of attributes and capacities must not exceed 32`,
    ],
    [
      attribute({ ints: Array.from({ length: 49 }, () => 1) }),
      `${D}: Invalid value: 49: the total number of attribute values must not exceed 48`,
    ],
    [attribute({}), `${M}: Invalid value: "": exactly one value must be specified`],
    [
      attribute({ int: 1, bool: true }),
      `${M}: Invalid value: {"int":1,"bool":true}: exactly one value must be specified`,
    ],
    [
      attribute({ version: '1.0' }),
      `${M}.version: Invalid value: "1.0": must be a string compatible with semver.org spec 2.0.0`,
    ],
    [attribute({ string: 'a'.repeat(65) }), `${M}.string: Too long: may not be more than 64 bytes`],
    [attribute({ strings: [] }), `${M}.strings: Invalid value: []: must not be empty if specified`],
    [
      device({ attributes: { 'a.b/c/d': { int: 1 } } }),
      `${D}.attributes: Invalid value: "a.b/c/d": must not contain more than one slash`,
    ],
    [
      device({ capacity: { memory: { value: '1', requestPolicy: {} } } }),
      `${P}: Forbidden: allowMultipleAllocations must be true`,
    ],
    [
      policy({ validValues: ['1Gi'] }),
      `${P}.default: Required value: required when validValues is defined`,
    ],
    [
      policy({ default: '3Gi', validValues: ['2Gi', '1Gi', '20Gi'] }),
      `${P}.validValues[1]: Invalid value: "1Gi": values must be sorted in ascending order`,
      `${P}.validValues[2]: Invalid value: "20Gi": option is larger than capacity value: 10Gi`,
      `${P}.validValues: Invalid value: "3Gi": default value is not valid according to the requestPolicy`,
    ],
    [
      policy({ default: '1Gi', validRange: { min: '2Gi', max: '20Gi' } }),
      `${P}.validRange.default: Invalid value: "1Gi": default is less than min: 2Gi`,
      `${P}.validRange.max: Invalid value: "20Gi": max is larger than capacity value: 10Gi`,
    ],
    [
      policy({ default: '3Gi', validRange: { min: '1Gi', step: '4Gi' } }),
      `${P}.validRange.step: Invalid value: "3Gi": value is not a multiple of a given step (4Gi) from (1Gi)`,
    ],
    [
      policy({ default: '1Gi', validRange: { min: '1Gi', step: '0' } }),
      `${P}.validRange.step: Invalid value: "0": must be greater than zero`,
    ],
    [
      policy({ default: '1Gi', validValues: ['1Gi'], validRange: { min: '1Gi' } }),
      `${P}: Forbidden: exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time`,
    ],
    [
      device({ taints: [{ key: '', effect: 'NoSchedule' }] }),
      `${D}.taints[0].key: Invalid value: "": name part must be non-empty`,
      `${D}.taints[0].key: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
    [
      device({ consumesCounters: [{ counterSet: '', counters: {} }] }),
      `${D}.consumesCounters[0].counterSet: Required value`,
      `${D}.consumesCounters[0].counters: Required value`,
    ],
    [
      device({ nodeName: 'n1' }),
      `${D}: Invalid value: \`nodeName\`, \`nodeSelector\` and \`allNodes\` can only be set if ${PER_DEVICE}`,
    ],
    [
      { ...device({}), 'spec.nodeName': undefined, 'spec.perDeviceNodeSelection': true },
      `${D}: Required value: exactly one of \`nodeName\`, \`nodeSelector\`, or \`allNodes\` is required when ${PER_DEVICE}`,
    ],
    [
      device({ bindingConditions: ['a'] }),
      `${D}.bindingFailureConditions: Invalid value: []: bindingFailureConditions are required to use bindingConditions`,
    ],
    [
      device({ bindingConditions: ['a', 'a'], bindingFailureConditions: ['a'] }),
      `${D}.bindingConditions[1]: Duplicate value: "a"`,
      `${D}.bindingFailureConditions[0]: Invalid value: "a": bindingFailureConditions must not overlap with bindingConditions`,
    ],
  ]);

  judgesUpdates(resourceSliceStrategy, SLICE, [
    [{ 'spec.driver': 'c.d' }, 'spec.driver: Invalid value: "c.d": field is immutable'],
    [{ 'spec.pool.name': 'n2' }, 'spec.pool.name: Invalid value: "n2": field is immutable'],
    [{ 'spec.nodeName': 'n2' }, 'spec.nodeName: Invalid value: "n2": field is immutable'],
    [{ 'spec.pool.generation': 2 }],
  ]);
});

describe('a rule that taints devices', () => {
  const RULE = exampleOf<DeviceTaintRule>('resource.k8s.io/v1beta2', 'DeviceTaintRule');
  refusesOnCreate(deviceTaintRuleStrategy, RULE, [
    [{ 'spec.deviceSelector.pool': '' }, 'spec.deviceSelector.pool: Required value'],
    [
      { 'spec.deviceSelector.device': 'a.b' },
      'spec.deviceSelector.device: Invalid value: "a.b": must not contain dots',
    ],
    [
      { 'spec.taint.effect': 'Burn' },
      'spec.taint.effect: Unsupported value: "Burn": supported values: "NoExecute", "NoSchedule", "None"',
    ],
  ]);
});
