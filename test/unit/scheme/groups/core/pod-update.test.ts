import { describe, expect, test } from '@jest/globals';
import type { ContainerStatus, Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { podStrategy } from '../../../../../src/scheme/groups/core/pod.ts';
import { created, errorsOnStatusUpdate, errorsOnUpdate, withMembers } from '../harness.ts';
import { BARE_POD } from './pods.ts';

const POD: Pod = created(
  podStrategy,
  withMembers(BARE_POD, {
    'metadata.annotations': { 'kubernetes.io/config.mirror': 'x', note: '1' },
    'spec.nodeName': 'node-1',
    'spec.initContainers': [{ name: 'init', image: 'init:1' }],
    'spec.tolerations': [
      { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
  }),
);

const errorsOf = (members: Record<string, unknown>, current = POD): string =>
  errorsOnUpdate(podStrategy, withMembers(current, members), current).join('\n');

describe('of a Pod may change', () => {
  test.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    [
      'labels and other annotations',
      { 'metadata.labels': { a: 'b' }, 'metadata.annotations.note': '2' },
    ],
    ['images', { 'spec.containers.0.image': 'nginx:2', 'spec.initContainers.0.image': 'init:2' }],
    ['a deadline that was not there', { 'spec.activeDeadlineSeconds': 60 }],
    ['the time of a toleration', { 'spec.tolerations.0.tolerationSeconds': 5 }],
    ['tolerations that are added', { 'spec.tolerations.1': { operator: 'Exists' } }],
  ])('%s', (_, members) => {
    expect(errorsOf(members)).toBe('');
  });

  test('the deadline, to come nearer', () => {
    const current = withMembers(POD, { 'spec.activeDeadlineSeconds': 60 });
    expect(errorsOf({ 'spec.activeDeadlineSeconds': 30 }, current)).toBe('');
    expect(errorsOf({ 'spec.activeDeadlineSeconds': 90 }, current)).toContain(
      'spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value',
    );
    expect(errorsOf({ 'spec.activeDeadlineSeconds': undefined }, current)).toContain(
      'must not update from a positive integer to nil value',
    );
  });

  test('a grace period that was negative, to one second', () => {
    const current = withMembers(POD, { 'spec.terminationGracePeriodSeconds': -1 });
    expect(errorsOf({ 'spec.terminationGracePeriodSeconds': 1 }, current)).toBe('');
    expect(errorsOf({ 'spec.terminationGracePeriodSeconds': 2 }, current)).toContain('Forbidden');
  });
});

describe('of a Pod may not change', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['the node', { 'spec.nodeName': 'node-2' }, 'changed: spec.nodeName'],
    ['the command', { 'spec.containers.0.command': ['x'] }, 'changed: spec.containers[0].command'],
    ['the restart policy', { 'spec.restartPolicy': 'Never' }, 'changed: spec.restartPolicy'],
    [
      'the grace period',
      { 'spec.terminationGracePeriodSeconds': 5 },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ],
    [
      'the number of containers',
      { 'spec.containers.1': { name: 'b', image: 'b' } },
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'the number of init containers',
      { 'spec.initContainers': [] },
      'spec.initContainers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'tolerations that are there',
      { 'spec.tolerations': [] },
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
    [
      'gates that are not there',
      { 'spec.schedulingGates': [{ name: 'a' }] },
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
    ],
    [
      'what it mirrors',
      { 'metadata.annotations': {} },
      'may not remove or update mirror pod annotation',
    ],
    [
      'that it has no AppArmor',
      {
        'metadata.annotations.container\\.apparmor\\.security\\.beta\\.kubernetes\\.io/web':
          'unconfined',
      },
      'may not add AppArmor annotations',
    ],
  ])('%s', (_, members, message) => {
    expect(errorsOf(members)).toContain(message);
  });
});

describe('a Pod behind a gate', () => {
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  const PATH = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  const zone = { key: 'zone', operator: 'In', values: ['a'] };
  const disk = { key: 'disk', operator: 'Exists' };
  const gated = created(
    podStrategy,
    withMembers(BARE_POD, {
      'spec.schedulingGates': [{ name: 'a' }],
      'spec.nodeSelector': { x: '1' },
      [PATH]: [{ matchExpressions: [zone] }],
    }),
  );

  test('may leave the gate', () => {
    expect(errorsOf({ 'spec.schedulingGates': [] }, gated)).toBe('');
  });

  test('may be told more about where it may run', () => {
    expect(errorsOf({ 'spec.nodeSelector.y': '2' }, gated)).toBe('');
    expect(errorsOf({ [PATH]: [{ matchExpressions: [zone, disk] }] }, gated)).toBe('');
  });

  test('may not be told otherwise', () => {
    expect(errorsOf({ 'spec.nodeSelector': { y: '2' } }, gated)).toContain(
      'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    );
    expect(errorsOf({ [PATH]: [{ matchExpressions: [disk] }] }, gated)).toContain(
      'only additions are allowed (no mutations or deletions)',
    );
    expect(errorsOf({ [PATH]: [] }, gated)).toContain(
      'no additions/deletions to non-empty NodeSelectorTerms list are allowed',
    );
  });

  test('may get an affinity where it had none', () => {
    const free = withMembers(gated, { 'spec.affinity': undefined });
    expect(errorsOf({ [PATH]: [{ matchExpressions: [zone] }] }, free)).toBe('');
  });
});

describe('the status of a Pod', () => {
  const ended: Partial<ContainerStatus> = { state: { terminated: { exitCode: 1 } } };
  const running: Partial<ContainerStatus> = { state: { running: {} } };
  const withState = (pod: Pod, state: Partial<ContainerStatus>, list = 'containerStatuses'): Pod =>
    withMembers(pod, {
      [`status.${list}`]: [
        { name: 'web', image: 'x', imageID: 'y', ready: false, restartCount: 0, ...state },
      ],
    });

  test('is what the door of the status changes, and nothing else', () => {
    const next = withMembers(POD, {
      'spec.nodeName': 'node-2',
      'metadata.ownerReferences': [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: '1' }],
      status: { phase: 'Running' },
    });
    podStrategy.prepareForStatusUpdate?.(next, POD);
    expect(next.spec).toEqual(POD.spec);
    expect(next.metadata.ownerReferences).toBeUndefined();
    expect(next.status).toEqual({ phase: 'Running', qosClass: 'BestEffort' });
  });

  test('is kept by an update of the spec', () => {
    const next = withMembers(POD, { status: { phase: 'Failed' } });
    podStrategy.prepareForUpdate?.(next, POD);
    expect(next.status).toEqual(POD.status);
  });

  test('never changes the class of service', () => {
    const next = withMembers(POD, { 'status.qosClass': 'Guaranteed' });
    expect(errorsOnStatusUpdate(podStrategy, next, POD)).toEqual([
      'status.qosClass: Invalid value: "Guaranteed": field is immutable',
    ]);
  });

  test.each([
    ['Always', true],
    ['OnFailure', true],
    ['Never', false],
  ])('brings a failed container back under the policy %s: %p', (restartPolicy, allowed) => {
    const current = withState(withMembers(POD, { 'spec.restartPolicy': restartPolicy }), ended);
    const errors = errorsOnStatusUpdate(podStrategy, withState(current, running), current);
    expect(errors).toEqual(
      allowed
        ? []
        : [
            'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
          ],
    );
  });

  const rule = (action: string, ...values: number[]) => ({
    action,
    exitCodes: { operator: 'In', values },
  });
  test.each<[string, object, boolean]>([
    ['a policy of its own', { restartPolicy: 'OnFailure' }, true],
    ['another policy of its own', { restartPolicy: 'Never' }, false],
    ['a rule', { restartPolicy: 'Never', restartPolicyRules: [rule('Restart', 1)] }, true],
    [
      'a rule for another code',
      { restartPolicy: 'Never', restartPolicyRules: [rule('Restart', 2)] },
      false,
    ],
    [
      'a rule by which all may restart',
      { restartPolicy: 'Never', restartPolicyRules: [rule('RestartAllContainers', 2)] },
      true,
    ],
  ])(
    'brings a failed container of a Pod that never restarts back by %s: %p %p',
    (_, own, allowed) => {
      const [container] = POD.spec?.containers ?? [];
      const members = {
        'spec.restartPolicy': 'Never',
        'spec.containers': [{ ...container, name: 'web', ...own }],
      };
      const current = withState(withMembers(POD, members), ended);
      const errors = errorsOnStatusUpdate(podStrategy, withState(current, running), current);
      expect(errors).toHaveLength(allowed ? 0 : 1);
    },
  );

  test('never brings an ephemeral container back', () => {
    const list = 'ephemeralContainerStatuses';
    const current = withState(POD, ended, list);
    expect(
      errorsOnStatusUpdate(podStrategy, withState(current, running, list), current),
    ).toHaveLength(1);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'an address that is none',
      { 'status.podIPs': [{ ip: 'x' }] },
      'status.podIPs[0]: Invalid value: "x"',
    ],
    [
      'two addresses of one family',
      { 'status.podIPs': [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
      'may specify no more than one IP for each IP family',
    ],
    [
      'one address twice',
      { 'status.podIPs': [{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }] },
      'status.podIPs[1]: Duplicate value: {"ip":"10.0.0.1"}',
    ],
    [
      'another first address of the host',
      { 'status.hostIP': '10.0.0.1', 'status.hostIPs': [{ ip: '10.0.0.2' }] },
      'status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`',
    ],
    [
      'a condition that cannot be',
      { 'status.conditions': [{ type: 'a b', status: 'True' }] },
      'Invalid value: "a b"',
    ],
    [
      'a nominated node that cannot be',
      { 'status.nominatedNodeName': 'A' },
      'status.nominatedNodeName: Invalid value: "A"',
    ],
  ])('is refused for %s', (_, members, message) => {
    const errors = errorsOnStatusUpdate(podStrategy, withMembers(POD, members), POD);
    expect(errors.join('\n')).toContain(message);
  });

  test('takes one address of each family', () => {
    const next = withMembers(POD, { 'status.podIPs': [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] });
    expect(errorsOnStatusUpdate(podStrategy, next, POD)).toEqual([]);
  });
});

test('a Pod waits its grace period only where a kubelet holds it', () => {
  const grace = (members: Record<string, unknown>): number | undefined =>
    podStrategy.defaultGracePeriodSeconds?.(withMembers(POD, members));
  expect(grace({})).toBe(30);
  expect(grace({ 'spec.nodeName': undefined })).toBe(0);
  expect(grace({ 'status.phase': 'Succeeded' })).toBe(0);
  expect(grace({ 'spec.terminationGracePeriodSeconds': -5 })).toBe(1);
});

test('a name that is no host name is worth a warning', () => {
  expect(podStrategy.warnings?.(POD)).toEqual([]);
  const dotted = withMembers(POD, { 'metadata.name': 'a.b' });
  expect(podStrategy.warnings?.(dotted)[0]).toContain("used in the Pod's hostname");
});
