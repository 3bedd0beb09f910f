import { describe, expect, test } from '@jest/globals';
import { nodeDeclaredFeatureValidator } from '../../../../src/apiserver/admission/node-declared-feature-validator.ts';
import { podResizeValidator } from '../../../../src/apiserver/admission/pod-resize-validator.ts';
import { isApiError } from '../../../../src/scheme/errors.ts';
import { corePods } from '../../../../src/scheme/generated/resources.ts';
import { admitBy } from '../../../support/admission.ts';

const BOUND = { nodeName: 'n1' };
const asking = (cpu: string, memory = '1Gi') => ({ requests: { cpu, memory } });
const spec = (resources: object, others: object = BOUND) => ({
  ...others,
  containers: [{ name: 'a', resources }],
});

interface Update {
  readonly before: object;
  readonly after: object;
  readonly qosClass?: string;
  readonly subresource?: string;
  readonly node?: object | undefined;
}

const LINUX = {
  metadata: { name: 'n1', labels: { 'kubernetes.io/os': 'linux' } },
  status: { allocatable: { cpu: '4', memory: '8Gi' } },
};

function update(plugin: Parameters<typeof admitBy>[0], given: Update) {
  const { after, before, node, qosClass = 'Burstable', subresource = 'resize' } = given;
  const metadata = { name: 'web', namespace: 'shop' };
  return admitBy(plugin, {
    resource: corePods,
    subresource,
    object: { metadata, spec: after, status: { qosClass } },
    current: { metadata, spec: before, status: { qosClass } },
    world: { nodes: node ? [node] : [] },
  });
}

async function messageOf(admitted: Promise<unknown>): Promise<string | undefined> {
  try {
    await admitted;
    return undefined;
  } catch (thrown) {
    if (isApiError(thrown, 'Forbidden')) return thrown.message.replace(/^.* is forbidden: /, '');
    throw thrown;
  }
}

describe('a change of a Pod that its node has to follow', () => {
  const declaring = (...declaredFeatures: string[]) => ({
    metadata: { name: 'n1' },
    status: { declaredFeatures },
  });
  const whole = (cpu: string) => spec({}, { ...BOUND, resources: asking(cpu) });
  const refused = (features: string): string =>
    `pod update requires features ${features} which are not available on node "n1"`;
  const GUARANTEED = 'GuaranteedQoSPodCPUResize';
  const WHOLE = 'InPlacePodLevelResourcesVerticalScaling';
  const cases: [title: string, update: Update, message: string | undefined][] = [
    [
      'that needs nothing',
      { before: spec(asking('1')), after: spec(asking('2')), node: declaring() },
      undefined,
    ],
    [
      'of what it asks for as a whole, where that is declared',
      { before: whole('1'), after: whole('2'), node: declaring(WHOLE) },
      undefined,
    ],
    [
      'of what it asks for as a whole, where that is not',
      { before: whole('1'), after: whole('2'), node: declaring(GUARANTEED) },
      refused(WHOLE),
    ],
    [
      'in the writing of an amount',
      { before: whole('1'), after: whole('1000m'), node: declaring() },
      undefined,
    ],
    [
      "of a Guaranteed Pod's CPUs",
      {
        before: spec(asking('1')),
        after: spec(asking('2')),
        qosClass: 'Guaranteed',
        node: declaring(),
      },
      refused(GUARANTEED),
    ],
    [
      "of a Guaranteed Pod's memory",
      {
        before: spec(asking('1', '1Gi')),
        after: spec(asking('1', '2Gi')),
        qosClass: 'Guaranteed',
        node: declaring(),
      },
      undefined,
    ],
    [
      'by its own door',
      { before: whole('1'), after: whole('2'), subresource: '', node: declaring() },
      refused(WHOLE),
    ],
    ['on a node that is gone', { before: whole('1'), after: whole('2') }, 'node "n1" not found'],
    [
      'before it has a node',
      { before: spec({}, {}), after: spec({}, { resources: asking('1') }) },
      undefined,
    ],
  ];
  test.each(cases)('%s', async (_, given, message) => {
    expect(await messageOf(update(nodeDeclaredFeatureValidator, given))).toBe(message);
  });
});

describe('a resize of a Pod', () => {
  const from = spec(asking('1'));
  const why = "Node didn't have enough allocatable resources: ";
  const cases: [title: string, update: Update, message: string | undefined][] = [
    [
      'to what its node has',
      { before: from, after: spec(asking('4', '8Gi')), node: LINUX },
      undefined,
    ],
    [
      'to more CPUs than its node has',
      { before: from, after: spec(asking('5')), node: LINUX },
      `${why}cpu, requested: 5000, allocatable: 4000`,
    ],
    [
      'to more of all than its node has',
      { before: from, after: spec(asking('5', '9Gi')), node: LINUX },
      `${why}cpu, requested: 5000, allocatable: 4000; memory, requested: 9663676416, allocatable: 8589934592`,
    ],
    [
      'as a whole to more than its node has',
      { before: from, after: { ...from, resources: asking('5') }, node: LINUX },
      `${why}cpu, requested: 5000, allocatable: 4000`,
    ],
    [
      'to what it has, which is too much by now',
      { before: spec(asking('9')), after: spec(asking('9')), node: LINUX },
      undefined,
    ],
    [
      'on another system',
      { before: from, after: spec(asking('2')), node: { ...LINUX, metadata: { name: 'n1' } } },
      'pod resize is only supported on linux nodes, node "n1" is ""',
    ],
    ['on a node that is gone', { before: from, after: spec(asking('2')) }, 'node "n1" not found'],
    ['before it has a node', { before: spec({}, {}), after: spec(asking('99'), {}) }, undefined],
  ];
  test.each(cases)('%s', async (_, given, message) => {
    expect(await messageOf(update(podResizeValidator, given))).toBe(message);
  });

  test('that is refused says by a cause that the node is too small', async () => {
    const refused = update(podResizeValidator, {
      before: from,
      after: spec(asking('5')),
      node: LINUX,
    });
    await expect(refused).rejects.toMatchObject({
      details: { causes: [{ reason: 'NodeCapacity' }] },
    });
  });
});
