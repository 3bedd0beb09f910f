import { describe, expect, test } from '@jest/globals';
import { TYPE_SCHEMAS } from '../../../../src/scheme/generated/schemas.ts';
import { fieldSetText } from '../../../../src/scheme/managed-fields/field-set-text.ts';
import { mergeConfiguration } from '../../../../src/scheme/managed-fields/merge.ts';
import { ownedFields } from '../../../../src/scheme/managed-fields/owned-fields.ts';
import { type Body, structureOfType } from '../../../support/managed-fields.ts';

/** Types that Kubernetes marks `x-kubernetes-map-type: atomic`, of the stable versions. */
const ATOMIC = [
  'io.k8s.api.admissionregistration.v1.MatchResources',
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  'io.k8s.api.admissionregistration.v1.ParamKind',
  'io.k8s.api.admissionregistration.v1.ParamRef',
  'io.k8s.api.admissionregistration.v1.Variable',
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  'io.k8s.api.core.v1.EndpointAddress',
  'io.k8s.api.core.v1.EndpointPort',
  'io.k8s.api.core.v1.FileKeySelector',
  'io.k8s.api.core.v1.LocalObjectReference',
  'io.k8s.api.core.v1.NodeSelector',
  'io.k8s.api.core.v1.NodeSelectorTerm',
  'io.k8s.api.core.v1.ObjectFieldSelector',
  'io.k8s.api.core.v1.ObjectReference',
  'io.k8s.api.core.v1.ResourceFieldSelector',
  'io.k8s.api.core.v1.ScopeSelector',
  'io.k8s.api.core.v1.SecretKeySelector',
  'io.k8s.api.core.v1.SecretReference',
  'io.k8s.api.core.v1.TopologySelectorTerm',
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  'io.k8s.api.discovery.v1.EndpointPort',
  'io.k8s.api.networking.v1.ServiceBackendPort',
  'io.k8s.api.rbac.v1.RoleRef',
  'io.k8s.api.rbac.v1.Subject',
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
];

/** Of the same names, but joined field by field. */
const GRANULAR = [
  'io.k8s.api.autoscaling.v2.CrossVersionObjectReference',
  'io.k8s.api.core.v1.TypedObjectReference',
  'io.k8s.api.flowcontrol.v1.Subject',
];

const marked = new Set(TYPE_SCHEMAS.filter(({ mapType }) => mapType).map(({ name }) => name));

test('the stable types that are replaced whole are the ones that Kubernetes marks atomic', () => {
  expect([...marked].filter((name) => /\.v\d+\.\w+$/.test(name)).sort()).toEqual(ATOMIC);
});

test.each(GRANULAR)('%s is joined field by field', (name) => {
  expect(TYPE_SCHEMAS.some((type) => type.name === name)).toBe(true);
  expect(marked.has(name)).toBe(false);
});

const env = (valueFrom: Body): Body => ({
  spec: { containers: [{ name: 'a', env: [{ name: 'E', valueFrom }] }] },
});
const envOwned = (source: string): string =>
  `spec(containers([k{'name':'a'}](.,env([k{'name':'E'}](.,name,valueFrom(${source}))),name)))`;

describe('who applies a struct that is atomic owns it as one', () => {
  test.each<[string, string, Body, string]>([
    [
      'a scale target of autoscaling/v1',
      'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
      { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } },
      'spec(scaleTargetRef)',
    ],
    [
      'a service port of an Ingress',
      'io.k8s.api.networking.v1.Ingress',
      { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
      'spec(defaultBackend(service(name,port)))',
    ],
    [
      'a selector',
      'io.k8s.api.networking.v1.NetworkPolicy',
      { spec: { podSelector: { matchLabels: { a: '1' } } } },
      'spec(podSelector)',
    ],
    [
      'a claim of a volume',
      'io.k8s.api.core.v1.PersistentVolume',
      { spec: { claimRef: { name: 'data', namespace: 'default' } } },
      'spec(claimRef)',
    ],
    [
      'a data source',
      'io.k8s.api.core.v1.PersistentVolumeClaim',
      { spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'data' } } },
      'spec(dataSource)',
    ],
    [
      'a role',
      'io.k8s.api.rbac.v1.RoleBinding',
      { roleRef: { kind: 'Role', name: 'reader' } },
      'roleRef',
    ],
    [
      'a scope selector',
      'io.k8s.api.core.v1.ResourceQuota',
      { spec: { scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort' }] } } },
      'spec(scopeSelector)',
    ],
    [
      'a required node selector',
      'io.k8s.api.core.v1.PersistentVolume',
      { spec: { nodeAffinity: { required: { nodeSelectorTerms: [] } } } },
      'spec(nodeAffinity(required))',
    ],
    [
      'a secret of a CSI volume',
      'io.k8s.api.core.v1.PersistentVolume',
      { spec: { csi: { nodePublishSecretRef: { name: 's', namespace: 'n' } } } },
      'spec(csi(nodePublishSecretRef))',
    ],
    [
      'a key of a config map',
      'io.k8s.api.core.v1.Pod',
      env({ configMapKeyRef: { name: 'c', key: 'k' } }),
      envOwned('configMapKeyRef'),
    ],
    [
      'a key of a secret',
      'io.k8s.api.core.v1.Pod',
      env({ secretKeyRef: { name: 's', key: 'k' } }),
      envOwned('secretKeyRef'),
    ],
    [
      'a field of the pod',
      'io.k8s.api.core.v1.Pod',
      env({ fieldRef: { fieldPath: 'metadata.name' } }),
      envOwned('fieldRef'),
    ],
    [
      'a resource of a container',
      'io.k8s.api.core.v1.Pod',
      env({ resourceFieldRef: { resource: 'limits.cpu' } }),
      envOwned('resourceFieldRef'),
    ],
    [
      'an element of a keyed list',
      'io.k8s.api.core.v1.Pod',
      { spec: { imagePullSecrets: [{ name: 'a' }] } },
      "spec(imagePullSecrets([k{'name':'a'}]))",
    ],
    [
      'an owner',
      'io.k8s.api.core.v1.ConfigMap',
      { metadata: { ownerReferences: [{ uid: 'u', kind: 'Job', name: 'n' }] } },
      "metadata(ownerReferences([k{'uid':'u'}]))",
    ],
    [
      'the parameters of a policy',
      'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
      { spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } } },
      'spec(paramKind)',
    ],
  ])('%s', (_, typeName, body, text) => {
    expect(fieldSetText(ownedFields(body, structureOfType(typeName)))).toBe(text);
  });

  test('unlike a scale target of autoscaling/v2, which is owned field by field', () => {
    const structure = structureOfType('io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler');
    const body = { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } };
    expect(fieldSetText(ownedFields(body, structure))).toBe('spec(scaleTargetRef(kind,name))');
  });
});

test('an atomic struct that is applied replaces the one that is there', () => {
  const structure = structureOfType('io.k8s.api.core.v1.PersistentVolume');
  const live = { spec: { claimRef: { name: 'old', uid: 'u' }, csi: { driver: 'd' } } };
  expect(mergeConfiguration(live, { spec: { claimRef: { name: 'new' } } }, structure)).toEqual({
    spec: { claimRef: { name: 'new' }, csi: { driver: 'd' } },
  });
});

test('an atomic element that is applied replaces the one of its key', () => {
  const structure = structureOfType('io.k8s.api.core.v1.ConfigMap');
  const owner = (more: Body): Body => ({ metadata: { ownerReferences: [{ uid: 'u', ...more }] } });
  const live = owner({ name: 'n', controller: true });
  expect(mergeConfiguration(live, owner({ name: 'm' }), structure)).toEqual(owner({ name: 'm' }));
});
