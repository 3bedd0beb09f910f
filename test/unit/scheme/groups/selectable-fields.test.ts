import { describe, expect, test } from '@jest/globals';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';

/** What selectors may name beside the name and the namespace: Kubernetes' field label conversions. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/Event': [
    'involvedObject.apiVersion',
    'involvedObject.fieldPath',
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.resourceVersion',
    'involvedObject.uid',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  '/Namespace': ['status.phase'],
  '/Node': ['spec.unschedulable'],
  '/Pod': [
    'spec.host',
    'spec.hostNetwork',
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.nominatedNodeName',
    'status.phase',
    'status.podIP',
    'status.podIPs',
  ],
  '/ReplicationController': ['status.replicas'],
  '/Secret': ['type'],
  '/Service': ['spec.clusterIP', 'spec.type'],
  'apps/ReplicaSet': ['status.replicas'],
  'batch/Job': ['status.successful'],
  'certificates.k8s.io/CertificateSigningRequest': ['spec.signerName'],
  'certificates.k8s.io/ClusterTrustBundle': ['spec.signerName'],
  'certificates.k8s.io/PodCertificateRequest': [
    'spec.nodeName',
    'spec.podName',
    'spec.serviceAccountName',
    'spec.signerName',
  ],
  'coordination.k8s.io/LeaseCandidate': ['spec.leaseName'],
  'events.k8s.io/Event': [
    'reason',
    'regarding.apiVersion',
    'regarding.fieldPath',
    'regarding.kind',
    'regarding.name',
    'regarding.namespace',
    'regarding.resourceVersion',
    'regarding.uid',
    'reportingController',
    'type',
  ],
  'resource.k8s.io/ResourceSlice': ['spec.driver', 'spec.nodeName'],
};

const fieldsOf = (kind: string): string[] =>
  Object.keys(STRATEGIES.get(kind)?.selectableFields ?? {}).sort();

test.each(Object.entries(SELECTABLE))('a selector of %s may name %j', (kind, fields) => {
  expect(fieldsOf(kind)).toEqual(fields);
});

test('other kinds are selected by name and namespace alone', () => {
  const kinds = [...STRATEGIES.keys()].filter((kind) => /^[^/]*\/[^/]+$/.test(kind));
  expect(kinds.filter((kind) => !SELECTABLE[kind] && fieldsOf(kind).length > 0)).toEqual([]);
});

function read(kind: string, field: string, object: object): string | undefined {
  const fields = STRATEGIES.get(kind)?.selectableFields ?? {};
  return fields[field]?.({ metadata: { name: 'a' }, ...object } as ApiObject);
}

describe('a selector finds in an object that says nothing of it', () => {
  test.each([
    ['/Pod', 'spec.nodeName', ''],
    ['/Pod', 'spec.host', ''],
    ['/Pod', 'spec.hostNetwork', 'false'],
    ['/Pod', 'status.phase', ''],
    ['/Pod', 'status.podIP', ''],
    ['/Pod', 'status.podIPs', ''],
    ['/Pod', 'status.nominatedNodeName', ''],
    ['/Node', 'spec.unschedulable', 'false'],
    ['/Namespace', 'status.phase', ''],
    ['/Secret', 'type', ''],
    ['/Service', 'spec.clusterIP', ''],
    ['/ReplicationController', 'status.replicas', '0'],
    ['apps/ReplicaSet', 'status.replicas', '0'],
    ['batch/Job', 'status.successful', '0'],
    ['/Event', 'source', ''],
    ['/Event', 'reason', ''],
  ])('%s %s %j', (kind, field, value) => {
    expect(read(kind, field, {})).toBe(value);
  });
});

describe('a selector finds what an object says', () => {
  const reference = { kind: 'Pod', namespace: 'n', name: 'web', uid: 'u', fieldPath: 'spec' };
  test.each<[string, string, object, string]>([
    ['/Pod', 'spec.nodeName', { spec: { nodeName: 'node-1' } }, 'node-1'],
    ['/Pod', 'spec.host', { spec: { nodeName: 'node-1' } }, 'node-1'],
    ['/Pod', 'spec.restartPolicy', { spec: { restartPolicy: 'Never' } }, 'Never'],
    ['/Pod', 'spec.schedulerName', { spec: { schedulerName: 'mine' } }, 'mine'],
    ['/Pod', 'spec.serviceAccountName', { spec: { serviceAccountName: 'bot' } }, 'bot'],
    ['/Pod', 'spec.hostNetwork', { spec: { hostNetwork: true } }, 'true'],
    ['/Pod', 'status.phase', { status: { phase: 'Running' } }, 'Running'],
    [
      '/Pod',
      'status.podIP',
      { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: '::1' }] } },
      '10.0.0.1',
    ],
    ['/Pod', 'status.podIPs', { status: { podIPs: [{ ip: '10.0.0.1' }] } }, ''],
    ['/Pod', 'status.nominatedNodeName', { status: { nominatedNodeName: 'node-2' } }, 'node-2'],
    ['/Node', 'spec.unschedulable', { spec: { unschedulable: true } }, 'true'],
    ['/Namespace', 'status.phase', { status: { phase: 'Active' } }, 'Active'],
    ['/Secret', 'type', { type: 'Opaque' }, 'Opaque'],
    ['/Service', 'spec.clusterIP', { spec: { clusterIP: 'None' } }, 'None'],
    ['/Service', 'spec.type', { spec: { type: 'NodePort' } }, 'NodePort'],
    ['/ReplicationController', 'status.replicas', { status: { replicas: 3 } }, '3'],
    ['apps/ReplicaSet', 'status.replicas', { status: { replicas: 3 } }, '3'],
    ['batch/Job', 'status.successful', { status: { succeeded: 2 } }, '2'],
    ['/Event', 'involvedObject.name', { involvedObject: reference }, 'web'],
    ['/Event', 'involvedObject.fieldPath', { involvedObject: reference }, 'spec'],
    ['/Event', 'involvedObject.uid', { involvedObject: {} }, ''],
    ['/Event', 'source', { source: { component: 'kubelet' } }, 'kubelet'],
    ['/Event', 'source', { reportingComponent: 'kubelet' }, 'kubelet'],
    ['/Event', 'type', { type: 'Warning' }, 'Warning'],
    ['events.k8s.io/Event', 'regarding.uid', { regarding: reference }, 'u'],
    ['events.k8s.io/Event', 'reportingController', { reportingController: 'k/l' }, 'k/l'],
    [
      'certificates.k8s.io/CertificateSigningRequest',
      'spec.signerName',
      { spec: { signerName: 'example.com/signer' } },
      'example.com/signer',
    ],
    [
      'certificates.k8s.io/PodCertificateRequest',
      'spec.serviceAccountName',
      { spec: { serviceAccountName: 'bot' } },
      'bot',
    ],
    ['resource.k8s.io/ResourceSlice', 'spec.nodeName', { spec: { nodeName: 'node-1' } }, 'node-1'],
    ['resource.k8s.io/ResourceSlice', 'spec.nodeName', { spec: { allNodes: true } }, ''],
    ['resource.k8s.io/ResourceSlice', 'spec.driver', { spec: { driver: 'gpu' } }, 'gpu'],
  ])('%s %s of %j', (kind, field, object, value) => {
    expect(read(kind, field, object)).toBe(value);
  });
});
