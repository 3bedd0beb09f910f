import { describe, expect, test } from '@jest/globals';
import {
  CATEGORIES,
  CONNECT_KINDS,
  DEPRECATIONS,
  SHORT_NAMES,
  STORED_AS,
  UNWATCHABLE,
} from '../../../scripts/generate-scheme/kubernetes-facts.ts';
import { OTHER_KINDS, RESOURCE_DEFINITIONS } from '../../../src/scheme/generated/definitions.ts';
import * as resources from '../../../src/scheme/generated/resources.ts';
import { TYPE_SCHEMAS } from '../../../src/scheme/generated/schemas.ts';
import { qualifiedName, type ResourceDefinition } from '../../../src/scheme/resource.ts';
import type { FieldSchema, FieldType } from '../../../src/scheme/structural-schema.ts';

/** Definitions of what Kubernetes 1.36 serves; `legacy-versions.test.ts` has what it served once. */
const CURRENT = RESOURCE_DEFINITIONS.filter((definition) => !isRemoved(definition));

function isRemoved({ deprecation }: ResourceDefinition): boolean {
  return compareReleases(deprecation?.removedIn ?? '2', '1.36') <= 0;
}

function compareReleases(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function kindsByVersion(definitions: readonly ResourceDefinition[]): Record<string, string[]> {
  const kinds: Record<string, string[]> = {};
  for (const { group, version, kind } of definitions) {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    kinds[apiVersion] = [...(kinds[apiVersion] ?? []), kind].sort();
  }
  return kinds;
}

/** What Kubernetes 1.36 serves: kinds by apiVersion. */
const KINDS: Record<string, string> = {
  v1:
    'Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume ' +
    'PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount',
  'admissionregistration.k8s.io/v1':
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ' +
    'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1alpha1': 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/v1beta1': 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'authentication.k8s.io/v1': 'SelfSubjectReview TokenReview',
  'authorization.k8s.io/v1':
    'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview',
  'autoscaling/v1': 'HorizontalPodAutoscaler',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'certificates.k8s.io/v1alpha1': 'ClusterTrustBundle',
  'certificates.k8s.io/v1beta1': 'ClusterTrustBundle PodCertificateRequest',
  'coordination.k8s.io/v1': 'Lease',
  'coordination.k8s.io/v1alpha2': 'LeaseCandidate',
  'coordination.k8s.io/v1beta1': 'LeaseCandidate',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event',
  'flowcontrol.apiserver.k8s.io/v1': 'FlowSchema PriorityLevelConfiguration',
  'internal.apiserver.k8s.io/v1alpha1': 'StorageVersion',
  'networking.k8s.io/v1': 'IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR',
  'networking.k8s.io/v1beta1': 'IPAddress ServiceCIDR',
  'node.k8s.io/v1': 'RuntimeClass',
  'policy/v1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding Role RoleBinding',
  'resource.k8s.io/v1': 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice',
  'resource.k8s.io/v1alpha3': 'DeviceTaintRule ResourcePoolStatusRequest',
  'resource.k8s.io/v1beta1': 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice',
  'resource.k8s.io/v1beta2':
    'DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate ResourceSlice',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'scheduling.k8s.io/v1alpha2': 'PodGroup Workload',
  'storage.k8s.io/v1':
    'CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass',
  'storage.k8s.io/v1beta1': 'VolumeAttributesClass',
  'storagemigration.k8s.io/v1beta1': 'StorageVersionMigration',
};

const TYPES = new Map(TYPE_SCHEMAS.map((schema) => [schema.name, schema]));
const API = 'io.k8s.api';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

function definition(apiVersion: string, kind: string) {
  const found = RESOURCE_DEFINITIONS.find((each) => {
    const place = each.group === '' ? each.version : `${each.group}/${each.version}`;
    return place === apiVersion && each.kind === kind;
  });
  if (!found) throw new Error(`no ${apiVersion} ${kind}`);
  return found;
}

function field(type: string, name: string): FieldSchema {
  const found = TYPES.get(type.startsWith('io.') ? type : `${API}.${type}`)?.fields[name];
  if (!found) throw new Error(`no field ${type}.${name}`);
  return found;
}

function referencesOf(type: FieldType): string[] {
  if (type.kind === 'ref') return [type.name];
  if (type.kind === 'list') return referencesOf(type.items);
  return type.kind === 'map' ? referencesOf(type.values) : [];
}

describe('the resources of Kubernetes 1.36', () => {
  test('are all there, and no others', () => {
    const expected = Object.entries(KINDS).map(([place, words]) => [
      place,
      words.split(' ').sort(),
    ]);
    expect(kindsByVersion(CURRENT)).toEqual(Object.fromEntries(expected));
  });

  test('have what discovery says of pods', () => {
    const pods = definition('v1', 'Pod');
    expect(pods).toMatchObject({
      resource: 'pods',
      singular: 'pod',
      listKind: 'PodList',
      shortNames: ['po'],
      categories: ['all'],
      namespaced: true,
      schemaName: 'io.k8s.api.core.v1.Pod',
      stability: 'stable',
      storageVersion: 'v1',
    });
    expect(pods.verbs.join()).toBe('create,delete,deletecollection,get,list,patch,update,watch');
    expect(pods.subresources.map(({ name }) => name).join()).toBe(
      'attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status',
    );
    expect(pods.subresources.find(({ name }) => name === 'eviction')).toEqual({
      name: 'eviction',
      verbs: ['create'],
      kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
    });
  });

  test.each([
    ['apps/v1', 'Deployment', 'scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' }],
    [
      'v1',
      'ServiceAccount',
      'token',
      { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    ],
    ['v1', 'Namespace', 'finalize', undefined],
    ['certificates.k8s.io/v1', 'CertificateSigningRequest', 'approval', undefined],
  ])('%s %s has the subresource %s', (apiVersion, kind, name, expected) => {
    const { subresources } = definition(apiVersion, kind);
    const subresource = subresources.find((each) => each.name === name);
    expect(subresource).toBeDefined();
    expect(subresource?.kind).toEqual(expected);
  });

  test('are namespaced or not as in Kubernetes', () => {
    const isNamespaced = (apiVersion: string, kind: string) =>
      definition(apiVersion, kind).namespaced;
    expect(isNamespaced('v1', 'Node')).toBe(false);
    expect(isNamespaced('v1', 'Namespace')).toBe(false);
    expect(isNamespaced('rbac.authorization.k8s.io/v1', 'ClusterRole')).toBe(false);
    expect(isNamespaced('rbac.authorization.k8s.io/v1', 'Role')).toBe(true);
    expect(isNamespaced('events.k8s.io/v1', 'Event')).toBe(true);
  });

  test('that only answer questions can only be created', () => {
    expect(definition('authorization.k8s.io/v1', 'SubjectAccessReview').verbs).toEqual(['create']);
    expect(definition('v1', 'ComponentStatus').verbs).toEqual(['get', 'list']);
  });

  test('say which version they are stored in, and Events where', () => {
    expect(definition('autoscaling/v1', 'HorizontalPodAutoscaler').storageVersion).toBe('v2');
    expect(definition('resource.k8s.io/v1beta1', 'DeviceClass').storageVersion).toBe('v1');
    expect(definition('coordination.k8s.io/v1alpha2', 'LeaseCandidate').storageVersion).toBe(
      'v1beta1',
    );
    expect(definition('events.k8s.io/v1', 'Event').storedAs).toEqual({
      group: '',
      version: 'v1',
      resource: 'events',
    });
  });

  test('warn in the words of Kubernetes when a version is deprecated', () => {
    expect(definition('v1', 'Endpoints').deprecation).toEqual({
      message: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    });
    expect(definition('networking.k8s.io/v1beta1', 'IPAddress').deprecation).toEqual({
      message:
        'networking.k8s.io/v1beta1 IPAddress is deprecated in v1.34+, unavailable in v1.37+; ' +
        'use networking.k8s.io/v1 IPAddress',
      removedIn: '1.37',
    });
    expect(definition('apps/v1', 'Deployment').deprecation).toBeUndefined();
  });
});

test('kinds without a resource are those of subresources and requests', () => {
  expect(OTHER_KINDS.map(({ group, version, kind }) => `${group}/${version} ${kind}`)).toEqual([
    'apps/v1beta1 DeploymentRollback',
    'authentication.k8s.io/v1 TokenRequest',
    'autoscaling/v1 Scale',
    'extensions/v1beta1 DeploymentRollback',
    'policy/v1 Eviction',
    '/v1 DeleteOptions',
    '/v1 Status',
  ]);
  expect(OTHER_KINDS.filter(({ schemaName }) => !TYPES.has(schemaName))).toEqual([]);
});

describe('the tables kept by hand', () => {
  const names = new Set(RESOURCE_DEFINITIONS.map(({ resource }) => resource));
  const places = new Set(
    RESOURCE_DEFINITIONS.map(({ group, version, kind }) => `${group}/${version}/${kind}`),
  );

  test('speak only of resources that exist', () => {
    const spoken = [...Object.keys(SHORT_NAMES), ...Object.keys(CATEGORIES), ...UNWATCHABLE];
    expect(spoken.filter((name) => !names.has(name))).toEqual([]);
    expect(Object.keys(DEPRECATIONS).filter((place) => !places.has(place))).toEqual([]);
    const qualified = new Set(RESOURCE_DEFINITIONS.map(qualifiedName));
    expect(Object.keys(STORED_AS).filter((name) => !qualified.has(name))).toEqual([]);
    const subresources = new Set(
      RESOURCE_DEFINITIONS.flatMap(({ resource, subresources: each }) =>
        each.map(({ name }) => `${resource}/${name}`),
      ),
    );
    expect(Object.keys(CONNECT_KINDS).filter((name) => !subresources.has(name))).toEqual([]);
  });

  test('give no short name twice, but for the two kinds of Event', () => {
    const shortNames = Object.values(SHORT_NAMES).flat();
    expect(new Set(shortNames).size).toBe(shortNames.length);
  });
});

describe('the schemas', () => {
  test('refer only to types that exist, each described once', () => {
    expect(TYPES.size).toBe(TYPE_SCHEMAS.length);
    const dangling = TYPE_SCHEMAS.flatMap(({ fields }) => Object.values(fields))
      .flatMap(({ type }) => referencesOf(type))
      .filter((name) => !TYPES.has(name));
    expect(dangling).toEqual([]);
  });

  test('of every kind have apiVersion, kind and metadata', () => {
    for (const { schemaName } of RESOURCE_DEFINITIONS) {
      expect(field(schemaName, 'apiVersion').type.kind).toBe('string');
      expect(field(schemaName, 'kind').type.kind).toBe('string');
      expect(field(schemaName, 'metadata').type).toEqual({
        kind: 'ref',
        name: `${META}.ObjectMeta`,
      });
    }
  });

  test('include the kinds of subresources, requests and lists', () => {
    const names = [
      'autoscaling.v1.Scale',
      'policy.v1.Eviction',
      'core.v1.Binding',
      'core.v1.PodList',
    ];
    expect(names.filter((name) => !TYPES.has(`${API}.${name}`))).toEqual([]);
    expect(TYPES.has(`${META}.DeleteOptions`) && TYPES.has(`${META}.Status`)).toBe(true);
  });

  test.each([
    ['apps.v1.DeploymentSpec', 'selector', true],
    ['apps.v1.DeploymentSpec', 'template', true],
    ['apps.v1.DeploymentSpec', 'replicas', undefined],
    ['core.v1.PodSpec', 'containers', true],
    ['core.v1.Container', 'name', true],
    ['core.v1.Container', 'image', undefined],
    ['core.v1.ServicePort', 'port', true],
    ['events.v1.Event', 'eventTime', undefined],
  ])('%s.%s is required: %s', (type, name, required) => {
    expect(field(type, name).required).toBe(required);
  });

  test.each([
    ['core.v1.PodSpec', 'restartPolicy', ['Always', 'Never', 'OnFailure']],
    ['core.v1.ServiceSpec', 'ipFamilies', ['IPv4', 'IPv6']],
    [
      'core.v1.PersistentVolumeClaimSpec',
      'accessModes',
      ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'],
    ],
    [
      'admissionregistration.v1beta1.MutatingAdmissionPolicySpec',
      'failurePolicy',
      ['Fail', 'Ignore'],
    ],
    ['resource.v1beta1.DeviceRequest', 'allocationMode', ['All', 'ExactCount']],
    ['core.v1.Pod', 'kind', undefined],
    ['core.v1.Event', 'type', undefined],
  ])('%s.%s has the closed set %j', (type, name, members) => {
    expect(field(type, name).enum).toEqual(members);
  });

  const quantity = { kind: 'string', format: 'quantity' };
  test.each([
    ['core.v1.ResourceRequirements', 'limits', { kind: 'map', values: quantity }],
    ['core.v1.NodeStatus', 'allocatable', { kind: 'map', values: quantity }],
    ['core.v1.EmptyDirVolumeSource', 'sizeLimit', quantity],
    ['core.v1.ResourceFieldSelector', 'divisor', quantity],
    ['autoscaling.v2.MetricTarget', 'averageValue', quantity],
    ['resource.v1beta2.DeviceCapacity', 'value', quantity],
    ['core.v1.ServicePort', 'targetPort', { kind: 'int-or-string' }],
    ['core.v1.Secret', 'data', { kind: 'map', values: { kind: 'string', format: 'byte' } }],
    ['coordination.v1.LeaseSpec', 'renewTime', { kind: 'string', format: 'micro-time' }],
    ['core.v1.PodStatus', 'startTime', { kind: 'string', format: 'date-time' }],
    ['core.v1.PodSpec', 'activeDeadlineSeconds', { kind: 'integer', format: 'int64' }],
    ['apps.v1.DeploymentSpec', 'replicas', { kind: 'integer', format: 'int32' }],
    [
      'apps.v1.ControllerRevision',
      'data',
      { kind: 'ref', name: 'io.k8s.apimachinery.pkg.runtime.RawExtension' },
    ],
    [`${META}.ManagedFieldsEntry`, 'fieldsV1', { kind: 'ref', name: `${META}.FieldsV1` }],
  ])('%s.%s has the right type', (type, name, expected) => {
    expect(field(type, name).type).toEqual(expected);
  });

  test('keep field names that are no identifiers', () => {
    const props = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
    expect(field(props, '$ref').type.kind).toBe('string');
    expect(field(props, 'x-kubernetes-validations').listType).toBe('map');
    expect(field(props, 'default').type.kind).toBe('any');
  });

  test.each([
    ['core.v1.PodSpec', 'containers', { patchStrategy: ['merge'], patchMergeKey: 'name' }],
    [
      'core.v1.Container',
      'ports',
      { patchMergeKey: 'containerPort', listMapKeys: ['containerPort', 'protocol'] },
    ],
    [
      'core.v1.PodSpec',
      'volumes',
      { patchStrategy: ['merge', 'retainKeys'], patchMergeKey: 'name' },
    ],
    ['apps.v1.DeploymentSpec', 'strategy', { patchStrategy: ['retainKeys'] }],
    [`${META}.ObjectMeta`, 'finalizers', { patchStrategy: ['merge'] }],
    [`${META}.ObjectMeta`, 'ownerReferences', { patchStrategy: ['merge'], patchMergeKey: 'uid' }],
    [
      'core.v1.ServiceSpec',
      'ports',
      { patchMergeKey: 'port', listType: 'map', listMapKeys: ['port', 'protocol'] },
    ],
    ['core.v1.PodSpec', 'nodeSelector', { mapType: 'atomic' }],
  ])('%s.%s is merged as Kubernetes merges it', (type, name, expected) => {
    expect(field(type, name)).toMatchObject(expected);
  });
});

describe('the handles', () => {
  test('say of each resource what its definition says', () => {
    const handles = Object.values(resources);
    expect(handles).toHaveLength(CURRENT.length);
    for (const handle of handles) {
      const apiVersion = handle.group === '' ? handle.version : `${handle.group}/${handle.version}`;
      const { group, version, resource, kind, namespaced } = definition(apiVersion, handle.kind);
      expect(handle).toEqual({ group, version, resource, kind, namespaced });
    }
  });

  test('are named by group and resource, with the version where it is not the preferred one', () => {
    expect(resources.corePods.resource).toBe('pods');
    expect(resources.appsDeployments.kind).toBe('Deployment');
    expect(resources.discoveryEndpointSlices.group).toBe('discovery.k8s.io');
    expect(resources.autoscalingHorizontalPodAutoscalers.version).toBe('v2');
    expect(resources.resourceV1beta1ResourceClaims.version).toBe('v1beta1');
    expect(resources.networkingNetworkPolicies.resource).toBe('networkpolicies');
    expect(resources.internalStorageVersions.group).toBe('internal.apiserver.k8s.io');
  });
});
