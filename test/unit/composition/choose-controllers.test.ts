import { describe, expect, test } from '@jest/globals';
import { chooseControllers } from '../../../src/composition/choose-controllers.ts';
import { CONTROLLER_NAMES } from '../../../src/controllers/controllers.ts';

const KNOWN = ['deployment', 'replicaset', 'garbage-collector'] as const;

const CASES: readonly [title: string, words: string[], chosen: string[]][] = [
  ['all of them by *', ['*'], [...KNOWN]],
  ['none by no word at all', [], []],
  ['those that are named, in their own order', ['replicaset', 'deployment'], KNOWN.slice(0, 2)],
  ['all but one, * first', ['*', '-replicaset'], ['deployment', 'garbage-collector']],
  ['all but one, * last', ['-replicaset', '*'], ['deployment', 'garbage-collector']],
  [
    'the first word about a controller counts',
    ['-replicaset', '*', 'replicaset'],
    ['deployment', 'garbage-collector'],
  ],
  [
    'the first word counts for one that is wanted too',
    ['replicaset', '-replicaset'],
    ['replicaset'],
  ],
  ['without * those that are not named are not run', ['-replicaset'], []],
  [
    'by the names of kube-controller-manager',
    ['deployment-controller', 'garbage-collector-controller'],
    ['deployment', 'garbage-collector'],
  ],
  [
    'by the short names of older releases',
    ['*', '-garbagecollector'],
    ['deployment', 'replicaset'],
  ],
  [
    'without one that only kube-controller-manager has',
    ['*', '-bootstrap-signer-controller', '-tokencleaner', '-node-route-controller'],
    [...KNOWN],
  ],
];

describe('--controllers chooses', () => {
  test.each(CASES)('%s', (_, words, chosen) => {
    expect(chooseControllers(KNOWN, words)).toEqual(chosen);
  });

  test.each([
    ['replicasets', 'there is no controller "replicasets", did you mean "replicaset"?; there are'],
    ['-*', 'there is no controller "*"'],
    ['', 'there is no controller ""'],
    ['token-cleaner-controller', 'there is no controller "token-cleaner-controller"'],
  ])('no controller by the name %j, and says which there are', (word, message) => {
    expect(() => chooseControllers(KNOWN, [word])).toThrow(message);
  });

  test.each([
    ['csrapproving', 'certificate-approver'],
    ['attachdetach', 'attach-detach'],
    ['device-taint-eviction-controller', 'device-taint-eviction'],
    ['node-ipam-controller', 'node-ipam'],
    ['nodeipam', 'node-ipam'],
    ['resource-claim-controller', 'resourceclaim'],
    ['cronjob-controller', 'cronjob'],
    ['daemonset-controller', 'daemonset'],
    ['ephemeral-volume-controller', 'ephemeral-volume'],
    ['endpointslicemirroring', 'endpointslice-mirroring'],
    ['horizontalpodautoscaling', 'horizontal-pod-autoscaler'],
    ['horizontal-pod-autoscaler-controller', 'horizontal-pod-autoscaler'],
    ['job-controller', 'job'],
    ['persistentvolume-binder-controller', 'persistentvolume-binder'],
    ['persistentvolume-expander-controller', 'persistentvolume-expander'],
    ['replicationcontroller-controller', 'replicationcontroller'],
    ['resourceclaim-controller', 'resourceclaim'],
    ['serviceaccount-token-controller', 'serviceaccount-token'],
    ['statefulset-controller', 'statefulset'],
    ['ttl-after-finished-controller', 'ttl-after-finished'],
    ['ttl-controller', 'ttl'],
    ['certificatesigningrequest-signing-controller', 'certificate-signer'],
    ['endpoint', 'endpoints'],
    ['endpointslice-controller', 'endpointslice'],
    ['nodelifecycle', 'node-lifecycle'],
    ['podgc', 'pod-garbage-collector'],
    ['persistentvolumeclaim-protection-controller', 'pvc-protection'],
    ['pv-protection', 'pv-protection'],
    ['root-ca-cert-publisher', 'root-ca-certificate-publisher'],
    ['root-ca-certificate-publisher-controller', 'root-ca-certificate-publisher'],
    ['serviceaccount-controller', 'serviceaccount'],
    ['taint-eviction-controller', 'taint-eviction'],
  ])('by the name %s, the controller %s', (word, name) => {
    expect(chooseControllers(CONTROLLER_NAMES, [word])).toEqual([name]);
  });
});
