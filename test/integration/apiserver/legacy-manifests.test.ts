import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LEGACY_VERSIONS } from '../../../scripts/generate-scheme/legacy-versions.ts';
import { type ApiObject, parseApiVersion } from '../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../src/scheme/resource.ts';
import { CERTIFICATE_REQUEST } from '../../support/kind-examples.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi({ runtimeConfig: 'api/all=true' });
});

afterAll(async () => api[Symbol.asyncDispose]());

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx' }] },
};
const selector = { matchLabels: { app: 'web' } };
const webhooks = [
  {
    name: 'a.example.org',
    clientConfig: { url: 'https://example.org/hook' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  },
];
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'r' });
const source = { persistentVolumeName: 'pv' };
const resourceAttributes = { verb: 'get', resource: 'pods' };
const policySpec = {
  matchConstraints: {
    resourceRules: [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
    ],
  },
  validations: [{ expression: 'true' }],
};

/** What a manifest of the kind says at the least, in any of its old versions. */
const FIELDS: Readonly<Record<string, object | ((version: string) => object)>> = {
  APIService: {
    metadata: { name: 'v1.shop.example.org' },
    spec: {
      group: 'shop.example.org',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      service: { namespace: 'default', name: 's' },
      insecureSkipTLSVerify: true,
    },
  },
  CSIDriver: {},
  CSINode: { spec: { drivers: [] } },
  CSIStorageCapacity: { storageClassName: 'fast', nodeTopology: { matchLabels: { zone: 'a' } } },
  CertificateSigningRequest: { spec: { request: CERTIFICATE_REQUEST } },
  ClusterRole: { rules },
  ClusterRoleBinding: { roleRef: roleRef('ClusterRole') },
  ControllerRevision: { revision: 1, data: { any: 'thing' } },
  CronJob: {
    spec: {
      schedule: '0 0 * * *',
      jobTemplate: {
        spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
      },
    },
  },
  CustomResourceDefinition: {
    metadata: { name: 'widgets.example.org' },
    spec: {
      group: 'example.org',
      version: 'v1',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    },
  },
  DaemonSet: { spec: { selector, template } },
  Deployment: { spec: { selector, template } },
  EndpointSlice: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }] },
  Event: {
    eventTime: '2026-01-31T08:00:00.000000Z',
    reportingController: 'example.org/c',
    reportingInstance: 'c-1',
    action: 'Testing',
    reason: 'Tested',
    type: 'Normal',
    regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
  },
  FlowSchema: { spec: { priorityLevelConfiguration: { name: 'exempt' } } },
  HorizontalPodAutoscaler: {
    spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  },
  Ingress: { spec: { backend: { serviceName: 'web', servicePort: 80 } } },
  IngressClass: { spec: { controller: 'example.org/c' } },
  Lease: { spec: { holderIdentity: 'h' } },
  LocalSubjectAccessReview: {
    spec: { user: 'ann', resourceAttributes: { ...resourceAttributes, namespace: 'default' } },
  },
  MutatingWebhookConfiguration: { webhooks },
  NetworkPolicy: { spec: { podSelector: {} } },
  PodDisruptionBudget: { spec: { minAvailable: 1, selector } },
  PriorityClass: { value: 7 },
  PriorityLevelConfiguration: {
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  },
  ReplicaSet: { spec: { selector, template } },
  Role: { rules },
  RoleBinding: { roleRef: roleRef('Role') },
  RuntimeClass: (version) =>
    version === 'v1alpha1' ? { spec: { runtimeHandler: 'runsc' } } : { handler: 'runsc' },
  SelfSubjectAccessReview: { spec: { resourceAttributes } },
  SelfSubjectReview: {},
  SelfSubjectRulesReview: { spec: { namespace: 'default' } },
  StatefulSet: { spec: { selector, serviceName: 'web', template } },
  StorageClass: { provisioner: 'example.org/p' },
  SubjectAccessReview: { spec: { user: 'ann', resourceAttributes } },
  TokenReview: { spec: { token: 'nobody' } },
  ValidatingAdmissionPolicy: { spec: policySpec },
  ValidatingAdmissionPolicyBinding: { spec: { policyName: 'p', validationActions: ['Deny'] } },
  ValidatingWebhookConfiguration: { webhooks },
  VolumeAttachment: { spec: { attacher: 'example.org', nodeName: 'n', source } },
};

const CASES = LEGACY_VERSIONS.flatMap(({ group, version, kinds }) =>
  kinds.map((kind) => [`${group}/${version}`, kind] as const),
);

test.each(CASES)(
  'a manifest of %s %s applies, and is read in today’s version',
  async (apiVersion, kind) => {
    const { group, version } = parseApiVersion(apiVersion);
    const definition = api.scheme.findByKind(group, version, kind) as ResourceDefinition;
    const name = `a-${version}-${group.replaceAll('.', '-')}`;
    const fields = FIELDS[kind];
    const object = {
      apiVersion,
      kind,
      metadata: { name, ...(definition.namespaced ? { namespace: 'default' } : {}) },
      ...(typeof fields === 'function' ? fields(version) : fields),
    } as ApiObject;
    const isQuestion = !definition.verbs.includes('get');
    if (isQuestion) object.metadata = definition.namespaced ? { namespace: 'default' } : {};
    const answer = await api.client.create(definition, object);
    expect(answer).toMatchObject({ apiVersion, kind });
    if (isQuestion) return;
    const storage = api.scheme.storageOf(definition);
    const target = { namespace: answer.metadata.namespace, name: answer.metadata.name ?? '' };
    // The server goes on with some objects itself, and has done so when it answers.
    const isServed = kind === 'CustomResourceDefinition';
    const created = isServed ? await api.client.get(definition, target) : answer;
    const stored = await api.client.get(storage, target as { name: string });
    expect(stored.metadata.uid).toBe(created.metadata.uid);
    expect(await api.client.get(definition, target as { name: string })).toEqual(created);
    // An apply reads, merges and writes what it wrote before: nothing may have changed on the way.
    const applied = await api.client.update(definition, structuredClone(created));
    expect(applied.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  },
);

test('v1 takes what side effects v1beta1 has left, and takes no new ones', async () => {
  const beta = api.scheme.findByKind(
    'admissionregistration.k8s.io',
    'v1beta1',
    'ValidatingWebhookConfiguration',
  ) as ResourceDefinition;
  const stable = api.scheme.storageOf(beta);
  const configuration = (apiVersion: string, name: string, sideEffects: string) =>
    ({
      apiVersion: `admissionregistration.k8s.io/${apiVersion}`,
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: webhooks.map((webhook) => ({
        ...webhook,
        sideEffects,
        admissionReviewVersions: ['v1'],
      })),
    }) as ApiObject;
  await expect(api.client.create(stable, configuration('v1', 'new', 'Some'))).rejects.toMatchObject(
    {
      message: expect.stringContaining('webhooks[0].sideEffects: Unsupported value: "Some"'),
    },
  );
  await api.client.create(beta, configuration('v1beta1', 'left', 'Some'));
  const patch = { metadata: { labels: { a: 'b' } } };
  const left = await api.client.patch(stable, { name: 'left' }, { type: 'merge', patch });
  expect(left).toMatchObject({
    metadata: { labels: { a: 'b' } },
    webhooks: [{ sideEffects: 'Some' }],
  });
});
