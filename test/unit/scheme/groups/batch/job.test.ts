import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../../../src/scheme/generated/types/batch-v1.ts';
import { jobStrategy } from '../../../../../src/scheme/groups/batch/job.ts';
import { created, judgesUpdates, refusesOnCreate, withMembers } from '../harness.ts';

const PI: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'pi', namespace: 'default', uid: 'u1' },
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'pi', image: 'perl:5' }] },
    },
  },
};

const INDEXED = withMembers(PI, { 'spec.completionMode': 'Indexed', 'spec.completions': 5 });
const LONG = 'a'.repeat(62);
const NEGATIVE = 'must be greater than or equal to 0';

describe('the selector of a Job', () => {
  test('is a label with its UID, which its template gets', () => {
    const { spec } = created(jobStrategy, PI);
    expect(spec?.selector).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } });
    expect(spec?.template.metadata?.labels).toEqual({
      'batch.kubernetes.io/controller-uid': 'u1',
      'batch.kubernetes.io/job-name': 'pi',
      'controller-uid': 'u1',
      'job-name': 'pi',
    });
  });

  const OWN = withMembers(PI, {
    'spec.manualSelector': true,
    'spec.selector': { matchLabels: { app: 'pi' } },
    'spec.template.metadata': { labels: { app: 'pi' } },
  });
  test('is its own where it says so', () => {
    expect(created(jobStrategy, OWN).spec?.selector).toEqual({ matchLabels: { app: 'pi' } });
  });
  refusesOnCreate(jobStrategy, OWN, [
    [{ 'spec.selector': undefined }, 'spec.selector: Required value'],
    [
      { 'spec.template.metadata': {} },
      'spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`',
    ],
  ]);
});

describe('a Job', () => {
  refusesOnCreate(jobStrategy, PI, [
    ...[
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
    ].map(
      (name) => [{ [`spec.${name}`]: -1 }, `spec.${name}: Invalid value: -1: ${NEGATIVE}`] as const,
    ),
    [
      { 'spec.template.metadata': { labels: { 'job-name': 'other' } } },
      'spec.template.metadata.labels[job-name]: Invalid value: {"batch.kubernetes.io/controller-uid":"u1","batch.kubernetes.io/job-name":"pi","controller-uid":"u1","job-name":"other"}: must be \'pi\'',
    ],
    [
      { 'spec.selector': { matchLabels: { a: 'b' } } },
      'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"u1","a":"b"}}: `selector` not auto-generated',
      'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"u1","batch.kubernetes.io/job-name":"pi","controller-uid":"u1","job-name":"pi"}: `selector` does not match template `labels`',
    ],
    [
      { 'spec.template.spec.restartPolicy': undefined },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
    [
      { 'spec.template.spec.restartPolicy': 'Sometimes' },
      'spec.template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "OnFailure", "Never"',
    ],
    [
      { 'spec.completionMode': 'Random' },
      'spec.completionMode: Unsupported value: "Random": supported values: "NonIndexed", "Indexed"',
    ],
    [
      { 'spec.backoffLimitPerIndex': 1 },
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    ],
    [
      { 'spec.maxFailedIndexes': 1 },
      'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
    ],
    [
      { 'spec.managedBy': 'me' },
      'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [{ 'spec.managedBy': '' }, 'spec.managedBy: Required value'],
    [
      { 'spec.managedBy': `a.b/${'c'.repeat(60)}` },
      'spec.managedBy: Too long: may not be more than 63 bytes',
    ],
    [
      { 'spec.successPolicy': { rules: [{ succeededCount: 1 }] } },
      'spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode',
    ],
    [
      { 'spec.podReplacementPolicy': 'Always' },
      'spec.podReplacementPolicy: Unsupported value: "Always": supported values: "Failed", "TerminatingOrFailed"',
    ],
    [{ 'spec.template.spec.containers': [] }, 'spec.template.spec.containers: Required value'],
  ]);
});

describe('an Indexed Job', () => {
  const rule = 'spec.successPolicy.rules[0]';
  refusesOnCreate(jobStrategy, INDEXED, [
    [
      { 'spec.completions': undefined, 'spec.parallelism': 1 },
      'spec.completions: Required value: when completion mode is Indexed',
    ],
    [
      { 'spec.parallelism': 100_001 },
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
    [
      { 'spec.backoffLimitPerIndex': 1, 'spec.maxFailedIndexes': 6 },
      'spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions',
    ],
    [
      { 'spec.backoffLimitPerIndex': 1, 'spec.completions': 100_001, 'spec.parallelism': 10_001 },
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
      'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
    ],
    [
      { 'metadata.name': LONG },
      `metadata.name: Invalid value: "${LONG}": will not able to create pod with invalid DNS label: ${LONG}-4`,
    ],
    [
      { 'spec.successPolicy': { rules: [] } },
      'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
    ],
    [
      { 'spec.successPolicy': { rules: [{}] } },
      `${rule}: Required value: at least one of succeededCount or succeededIndexes must be specified`,
    ],
    [
      { 'spec.successPolicy': { rules: [{ succeededCount: 6 }] } },
      `${rule}.succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)`,
    ],
    [
      { 'spec.successPolicy': { rules: [{ succeededCount: 3, succeededIndexes: '0-1' }] } },
      `${rule}.succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)`,
    ],
    ...(
      [
        ['5', 'too large index: "5"'],
        ['a', 'cannot convert string to integer for index: "a"'],
        ['2,1', 'non-increasing order, previous: 2, current: 1'],
        ['2-1', 'non-increasing order, previous: 2, current: 1'],
        [
          '0-1-2',
          'the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by \'-\'',
        ],
      ] as const
    ).map(
      ([indexes, detail]) =>
        [
          { 'spec.successPolicy': { rules: [{ succeededIndexes: indexes }] } },
          `${rule}.succeededIndexes: Invalid value: "${indexes}": error parsing succeededIndexes: ${detail}`,
        ] as const,
    ),
  ]);
});

describe('the failure policy of a Job', () => {
  const path = 'spec.podFailurePolicy.rules[0]';
  const rules = (...all: object[]) => ({ 'spec.podFailurePolicy': { rules: all } });
  const codes = (members: object) =>
    rules({ action: 'FailJob', onExitCodes: { operator: 'In', values: [1], ...members } });
  refusesOnCreate(jobStrategy, withMembers(PI, codes({})), [
    [
      rules({ action: 'Retry', onPodConditions: [{ type: 'A', status: 'True' }] }),
      `${path}.action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
    ],
    [
      rules({ action: 'FailIndex', onPodConditions: [{ type: 'A', status: 'True' }] }),
      `${path}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
    ],
    [
      rules({ action: 'FailJob' }),
      `${path}: Invalid value: "": specifying one of OnExitCodes and OnPodConditions is required`,
    ],
    [
      rules({
        action: 'FailJob',
        onExitCodes: { operator: 'In', values: [1] },
        onPodConditions: [{ type: 'A', status: 'True' }],
      }),
      `${path}: Invalid value: "": specifying both OnExitCodes and OnPodConditions is not supported`,
    ],
    [
      rules({ action: 'FailJob', onPodConditions: [{ type: 'A', status: 'Maybe' }] }),
      `${path}.onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`,
    ],
    [
      codes({ operator: 'Is' }),
      `${path}.onExitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
    ],
    [
      codes({ containerName: 'other' }),
      `${path}.onExitCodes.containerName: Invalid value: "other": must be one of the container or initContainer names in the pod template`,
    ],
    [
      codes({ values: [] }),
      `${path}.onExitCodes.values: Invalid value: []: at least one value is required`,
    ],
    [
      codes({ values: [0] }),
      `${path}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`,
    ],
    [codes({ values: [1, 1] }), `${path}.onExitCodes.values[1]: Duplicate value: 1`],
    [
      codes({ values: [2, 1] }),
      `${path}.onExitCodes.values: Invalid value: [2,1]: must be ordered`,
    ],
    [
      codes({ values: Array.from({ length: 256 }, (_, index) => index + 1) }),
      `${path}.onExitCodes.values: Too many: 256: must have at most 255 items`,
    ],
    [
      { 'spec.template.spec.restartPolicy': 'OnFailure' },
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
    [
      { 'spec.podReplacementPolicy': 'TerminatingOrFailed' },
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    ],
  ]);
});

describe('a Job that is there', () => {
  const immutable = (field: string, value: unknown): string =>
    `spec.${field}: Invalid value: ${JSON.stringify(value)}: field is immutable`;
  judgesUpdates(jobStrategy, PI, [
    [{ 'spec.parallelism': 3, 'spec.backoffLimit': 1, 'spec.suspend': true }],
    [{ 'spec.completions': 2 }, immutable('completions', 2)],
    [
      { 'spec.completionMode': 'Indexed', 'spec.completions': 1 },
      immutable('completionMode', 'Indexed'),
    ],
    [{ 'spec.managedBy': 'a.b/c' }, immutable('managedBy', 'a.b/c')],
    [
      { 'spec.selector': { matchLabels: { a: 'b' } } },
      immutable('selector', { matchLabels: { a: 'b' } }),
    ],
  ]);

  test('keeps its template', () => {
    const current = created(jobStrategy, PI);
    const next = withMembers(current, { 'spec.template.spec.nodeSelector': { a: 'b' } });
    expect(jobStrategy.validateUpdate?.(next, current)).toMatchObject([
      { field: 'spec.template', detail: 'field is immutable' },
    ]);
  });

  judgesUpdates(jobStrategy, INDEXED, [
    [{ 'spec.completions': 7, 'spec.parallelism': 7 }],
    [
      { 'spec.completions': 7 },
      'spec.completions: Invalid value: 7: can only be modified in tandem with spec.parallelism',
    ],
  ]);

  const SUSPENDED = withMembers(PI, { 'spec.suspend': true });
  judgesUpdates(jobStrategy, SUSPENDED, [
    [{ 'spec.template.spec.nodeSelector': { a: 'b' } }],
    [{ 'spec.template.spec.tolerations': [{ operator: 'Exists' }], 'spec.suspend': false }],
    [{ 'spec.template.metadata.annotations': { a: 'b' } }],
    [{ 'spec.template.spec.containers.0.resources': { requests: { cpu: '1' } } }],
    [
      {
        'spec.template.spec.affinity': {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
        },
      },
    ],
  ]);
  test('keeps the image of its template when it is suspended', () => {
    const current = created(jobStrategy, SUSPENDED);
    const next = withMembers(current, { 'spec.template.spec.containers.0.image': 'perl:6' });
    expect(jobStrategy.validateUpdate?.(next, current)).toHaveLength(1);
  });
});
