import { expect, test } from '@jest/globals';
import {
  CONTROLLER_MANAGER_USER,
  controllerUser,
} from '../../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { CONTROLLER_NAMES, createControllers } from '../../../src/controllers/controllers.ts';
import { toRfc3339 } from '../../../src/lib/clock.ts';
import {
  appsDeployments,
  appsReplicaSets,
  authorizationSubjectAccessReviews,
  coreConfigMaps,
  coreNamespaces,
  coreNodes,
  corePods,
  coreResourceQuotas,
  coreServices,
  policyPodDisruptionBudgets,
  rbacClusterRoles,
} from '../../../src/scheme/generated/resources.ts';
import type { GroupResource } from '../../../src/scheme/resource.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newDeployment, newService } from '../../support/workloads.ts';

/** All that each controller did in the life of a small cluster, below: what its role is for. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'clusterrole-aggregation': ['patch clusterroles'],
  deployment: [
    'create events',
    'create replicasets',
    'update deployments/status',
    'update replicasets',
  ],
  disruption: ['create events', 'update poddisruptionbudgets/status'],
  endpoints: ['create endpoints', 'update endpoints'],
  endpointslice: ['create endpointslices', 'update endpointslices'],
  'garbage-collector': ['delete pods', 'delete replicasets', 'get configmaps', 'delete configmaps'],
  namespace: [
    'deletecollection configmaps',
    'list configmaps',
    'update namespaces/finalize',
    'update namespaces/status',
  ],
  'node-ipam': ['patch nodes'],
  'node-lifecycle': ['create events', 'update nodes', 'update nodes/status', 'update pods/status'],
  'pod-garbage-collector': ['delete pods', 'get nodes', 'patch pods/status'],
  replicaset: ['create events', 'create pods', 'delete pods', 'update replicasets/status'],
  resourcequota: ['update resourcequotas/status'],
  serviceaccount: ['create serviceaccounts'],
  'service-cidr': ['update servicecidrs', 'update servicecidrs/status'],
  ttl: ['patch nodes'],
  'taint-eviction': ['create events', 'delete pods', 'update pods/status'],
};

/** What controllers do that have no part in that life; their own tests show it, under their own identities as well. */
const ACTIONS_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'attach-detach': [
    'create events',
    'create volumeattachments',
    'delete volumeattachments',
    'patch nodes/status',
  ],
  daemonset: [
    'create controllerrevisions',
    'create events',
    'create pods',
    'delete controllerrevisions',
    'delete pods',
    'patch pods',
    'update controllerrevisions',
    'update daemonsets/status',
  ],
  'certificate-approver': [
    'create subjectaccessreviews',
    'update certificatesigningrequests/approval',
  ],
  'certificate-cleaner': ['delete certificatesigningrequests'],
  'certificate-signer': ['update certificatesigningrequests/status'],
  'endpointslice-mirroring': [
    'create endpointslices',
    'create events',
    'delete endpointslices',
    'update endpointslices',
  ],
  'device-taint-eviction': [
    'create events',
    'delete pods',
    'update devicetaintrules/status',
    'update pods/status',
  ],
  'event-cleaner': ['delete events'],
  'ephemeral-volume': ['create events', 'create persistentvolumeclaims'],
  'persistentvolume-expander': [
    'create events',
    'update persistentvolumeclaims',
    'update persistentvolumeclaims/status',
    'update persistentvolumes',
  ],
  'persistentvolume-binder': [
    'create events',
    'delete persistentvolumes',
    'get persistentvolumeclaims',
    'update persistentvolumeclaims',
    'update persistentvolumeclaims/status',
    'update persistentvolumes',
    'update persistentvolumes/status',
  ],
  cronjob: ['create events', 'create jobs', 'get jobs', 'delete jobs', 'update cronjobs/status'],
  'horizontal-pod-autoscaler': [
    'create events',
    'get deployments/scale',
    'list pods',
    'update deployments/scale',
    'update horizontalpodautoscalers/status',
  ],
  job: ['create events', 'create pods', 'delete pods', 'patch pods', 'update jobs/status'],
  // It also reads one ConfigMap, by its name.
  'legacy-serviceaccount-token-cleaner': ['delete secrets', 'patch secrets'],
  'pv-protection': ['update persistentvolumes'],
  'pvc-protection': ['update persistentvolumeclaims'],
  resourceclaim: [
    'create events',
    'create resourceclaims',
    'delete resourceclaims',
    'get pods',
    'get resourceclaimtemplates',
    'patch pods/status',
    'update resourceclaims',
    'update resourceclaims/status',
  ],
  'root-ca-certificate-publisher': ['create configmaps', 'update configmaps'],
  'serviceaccount-token': [
    'delete secrets',
    'get serviceaccounts',
    'update secrets',
    'update serviceaccounts',
  ],
  'service-ip-repair': [
    'create events',
    'create ipaddresses',
    'delete ipaddresses',
    'get ipaddresses',
    'get services',
  ],
  replicationcontroller: [
    'create events',
    'create pods',
    'delete pods',
    'patch pods',
    'update replicationcontrollers/status',
  ],
  statefulset: [
    'create controllerrevisions',
    'create events',
    'create persistentvolumeclaims',
    'create pods',
    'delete controllerrevisions',
    'delete pods',
    'patch pods',
    'update controllerrevisions',
    'update persistentvolumeclaims',
    'update pods',
    'update statefulsets/status',
  ],
  'storage-version-migrator': [
    'get storageversionmigrations',
    'list configmaps',
    'patch configmaps',
    'update storageversionmigrations/status',
  ],
  'ttl-after-finished': ['get jobs', 'delete jobs'],
  'validatingadmissionpolicy-status': [
    'list validatingadmissionpolicies',
    'watch validatingadmissionpolicies',
    'update validatingadmissionpolicies/status',
  ],
  'volume-attacher': [
    'update persistentvolumes',
    'update volumeattachments',
    'update volumeattachments/status',
  ],
  'volume-modifier': ['update persistentvolumeclaims/status', 'update persistentvolumes'],
  'volume-provisioner': [
    'create persistentvolumes',
    'delete persistentvolumes',
    'get nodes',
    'get storageclasses',
    'get volumeattributesclasses',
    'update persistentvolumeclaims',
    'update persistentvolumes',
  ],
  'volumeattributesclass-protection': ['update volumeattributesclasses'],
};

const ALL_ACTIONS = { ...ACTIONS, ...ACTIONS_ELSEWHERE };

async function joinNode(plane: TestPlane, name: string): Promise<void> {
  await plane.client.create(coreNodes, { metadata: { name } });
  const now = toRfc3339(plane.clock.now());
  const conditions = [
    { type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now },
  ];
  await plane.client.patch(
    coreNodes,
    { name },
    { type: 'merge', patch: { status: { conditions } } },
    { subresource: 'status' },
  );
}

/** A rollout, a Service, nodes that fall silent, vanish or are tainted, a deletion, a namespace that goes. */
async function live(plane: TestPlane): Promise<void> {
  const { client } = plane;
  for (const name of ['node-1', 'node-2', 'node-3']) await joinNode(plane, name);
  await client.create(coreNamespaces, { metadata: { name: 'team' } });
  const place = { namespace: 'team', name: 'web' };
  await client.create(coreResourceQuotas, { metadata: place, spec: { hard: { pods: '100' } } });
  await client.create(coreServices, newService('web', { namespace: 'team' }));
  await client.create(policyPodDisruptionBudgets, {
    metadata: place,
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  });
  const deployment = newDeployment('web', { namespace: 'team', replicas: 3 });
  await client.create(appsDeployments, deployment);
  const isAvailable = () =>
    plane.eventually(
      () => client.get(appsDeployments, place),
      ({ status, metadata }) => {
        expect(status?.observedGeneration).toBe(metadata.generation);
        expect(status?.updatedReplicas).toBe(3);
        expect(status?.availableReplicas).toBe(3);
        expect(status?.replicas).toBe(3);
      },
    );
  await isAvailable();
  const labels = { version: '2' };
  const patch = { spec: { template: { metadata: { labels } } } };
  await client.patch(appsDeployments, place, { type: 'merge', patch });
  await isAvailable();
  const [first, second, third] = await plane.list(corePods, 'team');
  for (const [pod, node] of [
    [first, 'node-1'],
    [second, 'node-2'],
    [third, 'node-3'],
  ] as const) {
    const { namespace, name = '' } = pod?.metadata ?? {};
    await client.createSubresource(corePods, { namespace, name }, 'binding', {
      target: { kind: 'Node', name: node },
    });
  }
  await client.delete(coreNodes, { name: 'node-2' });
  const taints = [{ key: 'maintenance', effect: 'NoExecute' }];
  await client.patch(coreNodes, { name: 'node-3' }, { type: 'merge', patch: { spec: { taints } } });
  await plane.idle();
  for (const passMs of [120_000, 400_000]) {
    plane.clock.advance(passMs);
    await plane.idle();
  }
  await client.create(coreConfigMaps, {
    metadata: {
      name: 'orphan',
      namespace: 'team',
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: 'no-such-uid' },
      ],
    },
  });
  await plane.idle();
  await client.create(coreConfigMaps, { metadata: { name: 'kept', namespace: 'team' } });
  await client.delete(appsDeployments, place);
  await client.delete(coreServices, place);
  await plane.idle();
  await client.delete(coreNamespaces, { name: 'team' });
  await plane.eventually(
    () => plane.list(coreNamespaces),
    (left) => expect(left.map(({ metadata }) => metadata.name)).not.toContain('team'),
  );
}

test('each controller does its work with its own role alone, and nothing is forbidden to it', async () => {
  await using plane = await testPlane({ controllers: 'all' });
  await live(plane);
  const done: Record<string, string[]> = {};
  for (const name of CONTROLLER_NAMES) {
    const actions = plane.actions.get(name);
    expect([name, actions?.forbidden]).toEqual([name, []]);
    done[name] = [...(actions?.done ?? [])].sort();
  }
  for (const [name, expected] of Object.entries(ACTIONS)) {
    expect([name, done[name]]).toEqual([name, expect.arrayContaining([...expected])]);
  }
  expect(Object.keys(done).sort()).toEqual(Object.keys(ALL_ACTIONS).sort());
});

test('each controller has the right to all that it does, by a role of its own', async () => {
  await using plane = await testPlane();
  const served = plane.api.scheme.served();
  const findResource = ({ group, resource }: GroupResource) =>
    plane.api.scheme.preferred(group, resource);
  const controllers = createControllers({
    resources: plane.api.scheme,
    findResource,
    types: plane.api.scheme,
  });
  for (const { name, serviceAccount = `${name}-controller` } of controllers) {
    const { name: user, groups } = controllerUser(serviceAccount);
    for (const action of ALL_ACTIONS[name] ?? []) {
      const [verb = '', target = ''] = action.split(' ');
      const [resource = '', subresource = ''] = target.split('/');
      const group = served.find((one) => one.resource === resource)?.group ?? '';
      const review = await plane.client.create(authorizationSubjectAccessReviews, {
        metadata: {},
        spec: {
          user,
          groups: [...groups],
          resourceAttributes: { verb, group, resource, subresource, namespace: 'team' },
        },
      });
      expect([name, action, review.status?.reason]).toEqual([
        name,
        action,
        `RBAC: allowed by ClusterRoleBinding "system:controller:${serviceAccount}" of ClusterRole "system:controller:${serviceAccount}" to ServiceAccount "${serviceAccount}/kube-system"`,
      ]);
    }
  }
});

test('the controller manager watches for all controllers, and changes nothing for them', async () => {
  await using plane = await testPlane();
  const manager = createClient(plane.api.apiServer, { user: CONTROLLER_MANAGER_USER });
  await manager.list(corePods);
  const forbidden = { reason: 'Forbidden' };
  await expect(manager.create(appsReplicaSets, {} as never)).rejects.toMatchObject(forbidden);
  await expect(manager.delete(corePods, { namespace: 'a', name: 'b' })).rejects.toMatchObject(
    forbidden,
  );
});

test('admin, edit and view hold what the roles hold that are labelled for them, as these change', async () => {
  await using plane = await testPlane({ controllers: ['clusterrole-aggregation'] });
  const { client } = plane;
  const rules = async (name: string) => (await client.get(rbacClusterRoles, { name })).rules ?? [];
  const resources = async (name: string) =>
    (await rules(name)).flatMap(({ resources: names = [] }) => names);
  await plane.eventually(
    () => resources('admin'),
    (names) =>
      expect(names).toEqual(expect.arrayContaining(['rolebindings', 'secrets', 'pods/log'])),
  );
  const [view, edit] = await Promise.all([resources('view'), resources('edit')]);
  expect(view).toEqual(expect.arrayContaining(['pods', 'pods/log', 'configmaps']));
  expect(view).not.toContain('secrets');
  expect(edit).toEqual(expect.arrayContaining(['pods', 'secrets', 'pods/eviction']));
  expect(edit).not.toContain('rolebindings');

  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  const widgets = { apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] };
  await client.create(rbacClusterRoles, {
    metadata: { name: 'widgets', labels },
    rules: [widgets],
  });
  for (const name of ['view', 'edit', 'admin']) {
    await plane.eventually(
      () => rules(name),
      (all) => expect(all).toContainEqual(widgets),
    );
  }
  await client.delete(rbacClusterRoles, { name: 'widgets' });
  for (const name of ['view', 'edit', 'admin']) {
    await plane.eventually(
      () => rules(name),
      (all) => expect(all).not.toContainEqual(widgets),
    );
  }
});
