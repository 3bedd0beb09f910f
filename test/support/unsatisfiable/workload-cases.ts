import { expect } from '@jest/globals';
import type { ApiClient, NewObject } from '../../../src/apiserver/client.ts';
import {
  admissionregistrationValidatingAdmissionPolicies,
  admissionregistrationValidatingAdmissionPolicyBindings,
  appsDaemonSets,
  appsDeployments,
  appsReplicaSets,
  appsStatefulSets,
  autoscalingHorizontalPodAutoscalers,
  batchCronJobs,
  batchJobs,
  corePods,
  coreReplicationControllers,
  coreResourceQuotas,
  policyPodDisruptionBudgets,
} from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import {
  newCronJob,
  newDaemonSet,
  newDeployment,
  newJob,
  newPod,
  newReplicaSet,
  newReplicationController,
  newStatefulSet,
} from '../workloads.ts';
import type { UnsatisfiableCase } from './unsatisfiable-case.ts';

/** Every 15 s, whatever its state. */
const MAX_AUTOSCALER_RUNS = 260;
const NO_PODS = /forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0/;

/** In a namespace whose quota allows no Pod. */
const withoutPods =
  <T extends ApiObject>(ref: ResourceRef<T>, build: (namespace: string) => NewObject<T>) =>
  async (client: ApiClient, namespace: string): Promise<void> => {
    const quota = { metadata: { namespace, name: 'none' }, spec: { hard: { pods: '0' } } };
    await client.create(coreResourceQuotas, quota);
    await client.create(ref, build(namespace));
  };

const conditions = (...expected: readonly object[]) => ({
  conditions: expect.arrayContaining(expected.map((one) => expect.objectContaining(one))),
});
const failed = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' };

/** Refuses the Pods of one namespace. */
async function forbidPods(client: ApiClient, namespace: string): Promise<void> {
  const name = `no-pods-in-${namespace}`;
  await client.create(admissionregistrationValidatingAdmissionPolicies, {
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      validations: [{ expression: 'false', message: 'no Pods here' }],
    },
  });
  await client.create(admissionregistrationValidatingAdmissionPolicyBindings, {
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
    },
  });
}

export const WORKLOAD_CASES: readonly UnsatisfiableCase[] = [
  {
    title: 'a Deployment whose Pods a quota forbids',
    name: 'deployment',
    arrange: withoutPods(appsDeployments, (namespace) =>
      newDeployment('web', { namespace, replicas: 3, progressDeadlineSeconds: 600 }),
    ),
    status: [
      appsDeployments,
      conditions(failed, {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
      }),
    ],
    event: ['FailedCreate', NO_PODS],
  },
  {
    title: 'a ReplicationController whose Pods a quota forbids',
    name: 'rc',
    arrange: withoutPods(coreReplicationControllers, (namespace) =>
      newReplicationController('web', { namespace, replicas: 3 }),
    ),
    status: [coreReplicationControllers, conditions(failed)],
    event: ['FailedCreate', NO_PODS],
  },
  {
    title: 'a StatefulSet whose Pods a quota forbids',
    name: 'statefulset',
    arrange: withoutPods(appsStatefulSets, (namespace) => newStatefulSet('web', { namespace })),
    status: [appsStatefulSets, { replicas: 0 }],
    event: ['FailedCreate', NO_PODS],
  },
  {
    title: 'a DaemonSet whose Pods a quota forbids',
    name: 'daemonset',
    arrange: withoutPods(appsDaemonSets, (namespace) =>
      newDaemonSet('web', { namespace, pod: { tolerations: [{ operator: 'Exists' }] } }),
    ),
    status: [appsDaemonSets, { desiredNumberScheduled: 2, currentNumberScheduled: 0 }],
    event: ['FailedCreate', NO_PODS],
  },
  {
    title: 'a ReplicaSet whose Pods a policy forbids',
    name: 'policy',
    arrange: async (client, namespace) => {
      await forbidPods(client, namespace);
      await client.create(appsReplicaSets, newReplicaSet('web', { namespace, replicas: 3 }));
    },
    status: [appsReplicaSets, { replicas: 0, ...conditions(failed) }],
    event: ['FailedCreate', /denied request: no Pods here/],
  },
  {
    title: 'a ReplicaSet whose service account does not exist',
    name: 'account',
    arrange: (client, namespace) =>
      client.create(
        appsReplicaSets,
        newReplicaSet('web', { namespace, pod: { serviceAccountName: 'nobody' } }),
      ),
    status: [appsReplicaSets, { replicas: 0, ...conditions(failed) }],
    event: [
      'FailedCreate',
      /^Error creating: pods "web-" is forbidden: error looking up service account account\/nobody: serviceaccount "nobody" not found/,
    ],
  },
  {
    title: 'a StatefulSet whose storage class does not exist',
    name: 'storage',
    arrange: (client, namespace) =>
      client.create(
        appsStatefulSets,
        newStatefulSet('db', {
          namespace,
          replicas: 2,
          volumeClaimTemplates: [
            {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              metadata: { name: 'data' },
              spec: {
                storageClassName: 'nobody',
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: '1Gi' } },
              },
            },
          ],
        }),
      ),
    status: [appsStatefulSets, { replicas: 1, availableReplicas: 0 }],
    event: ['ProvisioningFailed', /^storageclass\.storage\.k8s\.io "nobody" not found$/],
  },
  {
    title: 'a DaemonSet for nodes that there are not',
    name: 'nodes',
    arrange: (client, namespace) =>
      client.create(
        appsDaemonSets,
        newDaemonSet('agent', { namespace, pod: { nodeSelector: { gpu: 'yes' } } }),
      ),
    status: [appsDaemonSets, { desiredNumberScheduled: 0, currentNumberScheduled: 0 }],
  },
  {
    title: 'a Deployment whose Pods never get ready',
    name: 'unready',
    arrange: (client, namespace) =>
      client.create(
        appsDeployments,
        newDeployment('web', { namespace, replicas: 2, progressDeadlineSeconds: 600 }),
      ),
    status: [
      appsDeployments,
      conditions(
        { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' },
        {
          type: 'Progressing',
          status: 'False',
          reason: 'ProgressDeadlineExceeded',
          message: expect.stringMatching(/^ReplicaSet "web-.*" has timed out progressing\.$/),
        },
      ),
    ],
  },
  {
    title: 'a Job whose Pods a policy forbids until its deadline',
    name: 'deadline',
    arrange: async (client, namespace) => {
      await forbidPods(client, namespace);
      await client.create(batchJobs, newJob('work', { namespace, activeDeadlineSeconds: 1_800 }));
    },
    status: [batchJobs, conditions({ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' })],
    event: ['DeadlineExceeded', /^Job was active longer than specified deadline$/],
  },
  {
    title: 'a Job whose Pods a quota forbids',
    name: 'job',
    arrange: withoutPods(batchJobs, (namespace) => newJob('work', { namespace })),
    status: [batchJobs, {}],
    event: ['FailedCreate', NO_PODS],
  },
  {
    title: 'a CronJob for a day that never comes',
    name: 'cronjob',
    arrange: (client, namespace) =>
      client.create(batchCronJobs, newCronJob('leap', { namespace, schedule: '0 0 30 2 *' })),
    status: [batchCronJobs, {}],
    event: ['InvalidSchedule', /^invalid schedule: 0 0 30 2 \* : .* there is no such day$/],
  },
  {
    title: 'an autoscaler whose target does not exist',
    name: 'autoscaler',
    arrange: (client, namespace) =>
      client.create(autoscalingHorizontalPodAutoscalers, {
        metadata: { namespace, name: 'web' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' },
          maxReplicas: 3,
        },
      }),
    status: [
      autoscalingHorizontalPodAutoscalers,
      conditions({
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedGetScale',
        message:
          'the HPA controller was unable to get the target\'s current scale: deployments.apps "nobody" not found',
      }),
    ],
    event: ['FailedGetScale', /deployments\.apps "nobody" not found/],
    maxRuns: MAX_AUTOSCALER_RUNS,
  },
  {
    title: 'a budget in percent for Pods without an owner',
    name: 'budget',
    arrange: async (client, namespace) => {
      await client.create(corePods, newPod('bare', { namespace }));
      const selector = { matchLabels: { app: 'web' } };
      await client.create(policyPodDisruptionBudgets, {
        metadata: { namespace, name: 'half' },
        spec: { maxUnavailable: '50%', selector },
      });
      await client.create(policyPodDisruptionBudgets, {
        metadata: { namespace, name: 'other' },
        spec: { minAvailable: 1, selector },
      });
    },
    status: [policyPodDisruptionBudgets, { disruptionsAllowed: 0 }],
    event: ['UnmanagedPods', /were found to be unmanaged/],
  },
  {
    title: 'a Pod whose claim template does not exist',
    name: 'devices',
    arrange: (client, namespace) =>
      client.create(
        corePods,
        newPod('train', {
          namespace,
          resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'nobody' }],
        }),
      ),
    status: [corePods, { phase: 'Pending' }],
    event: [
      'FailedResourceClaimCreation',
      /resource claim template "nobody": resourceclaimtemplate\.resource\.k8s\.io "nobody" not found$/,
    ],
  },
];
