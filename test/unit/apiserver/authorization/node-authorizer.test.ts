import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodeUser } from '../../../../src/apiserver/authentication/identities.ts';
import type { ResourceAction } from '../../../../src/apiserver/authorization/authorizer.ts';
import { createNodeAuthorizer } from '../../../../src/apiserver/authorization/node/node-authorizer.ts';
import {
  NodeGraph,
  type RelatedResource,
} from '../../../../src/apiserver/authorization/node/node-graph.ts';
import type { PersistentVolume, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { ResourceSlice } from '../../../../src/scheme/generated/types/resource-v1.ts';
import type { VolumeAttachment } from '../../../../src/scheme/generated/types/storage-v1.ts';
import { action, person } from '../../../support/policy.ts';

type PodSpec = NonNullable<Pod['spec']>;

function pod(name: string, nodeName: string | undefined, spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'red', name, uid: `uid-of-${name}` },
    spec: { containers: [], ...(nodeName ? { nodeName } : {}), ...spec },
  };
}

function volume(name: string, claim: string | undefined, secret?: string): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      ...(claim ? { claimRef: { namespace: 'red', name: claim } } : {}),
      ...(secret
        ? {
            csi: {
              driver: 'd',
              volumeHandle: 'h',
              nodePublishSecretRef: { name: secret, namespace: 'blue' },
            },
          }
        : {}),
    },
  };
}

const attachment = (name: string, nodeName: string): VolumeAttachment =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher: 'a', nodeName, source: {} },
  }) as VolumeAttachment;

const slice = (name: string, nodeName: string): ResourceSlice =>
  ({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name },
    spec: { driver: 'd', nodeName, pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
  }) as ResourceSlice;

const RICH: Partial<PodSpec> = {
  serviceAccountName: 'runner',
  imagePullSecrets: [{ name: 'pull' }],
  initContainers: [{ name: 'i', envFrom: [{ configMapRef: { name: 'init-map' } }] }],
  containers: [
    {
      name: 'c',
      envFrom: [{ secretRef: { name: 'env-secret' } }],
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 'key-secret', key: 'k' } } },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'key-map', key: 'k' } } },
      ],
    },
  ],
  ephemeralContainers: [{ name: 'e', envFrom: [{ secretRef: { name: 'debug-secret' } }] }],
  resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu-claim' }],
  volumes: [
    { name: 'a', secret: { secretName: 'mounted' } },
    { name: 'b', configMap: { name: 'mounted-map' } },
    {
      name: 'c',
      projected: {
        sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'projected-map' } }],
      },
    },
    { name: 'd', persistentVolumeClaim: { claimName: 'data' } },
    { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { name: 'f', csi: { driver: 'd', nodePublishSecretRef: { name: 'csi-secret' } } },
    { name: 'g', azureFile: { secretName: 'azure', shareName: 's' } },
    { name: 'h', iscsi: { iqn: 'i', lun: 1, targetPortal: 't', secretRef: { name: 'iscsi' } } },
  ],
};

/** node-1 runs the rich Pod, node-2 a plain one. */
function world(): NodeGraph {
  const graph = new NodeGraph();
  graph.changePod(undefined, pod('rich', 'node-1', RICH));
  graph.changePod(undefined, pod('plain', 'node-2', { serviceAccountName: 'other' }));
  graph.changePod(undefined, pod('waiting', undefined, { serviceAccountName: 'late' }));
  graph.changeVolume(undefined, volume('pv-data', 'data', 'pv-secret'));
  graph.changeVolume(undefined, volume('pv-free', undefined, 'free-secret'));
  graph.changeAttachment(undefined, attachment('va-1', 'node-1'));
  graph.changeSlice(undefined, slice('slice-1', 'node-1'));
  return graph;
}

const NODE = nodeUser('node-1');
const decide = (text: string, user = NODE, extra: Partial<ResourceAction> = {}) =>
  createNodeAuthorizer(world()).authorize(user, { ...action(text), ...extra } as ResourceAction);

describe('a kubelet may', () => {
  test.each([
    ...[
      'pull',
      'env-secret',
      'key-secret',
      'debug-secret',
      'mounted',
      'projected',
      'csi-secret',
      'azure',
      'iscsi',
    ].flatMap((name) => [`get secrets in red named ${name}`, `watch secrets in red named ${name}`]),
    ...['init-map', 'key-map', 'mounted-map', 'projected-map'].flatMap((name) => [
      `get configmaps in red named ${name}`,
      `list configmaps in red named ${name}`,
    ]),
    'get secrets in blue named pv-secret',
    'get persistentvolumeclaims in red named data',
    'get persistentvolumeclaims in red named rich-scratch',
    'update persistentvolumeclaims/status in red named data',
    'get persistentvolumes named pv-data',
    'get resource.k8s.io:resourceclaims in red named gpu-claim',
    'get storage.k8s.io:volumeattachments named va-1',
    'create serviceaccounts/token in red named runner',
    'get coordination.k8s.io:leases in kube-node-lease named node-1',
    'update coordination.k8s.io:leases in kube-node-lease named node-1',
    'create coordination.k8s.io:leases in kube-node-lease',
    'delete coordination.k8s.io:leases in kube-node-lease named node-1',
    'get storage.k8s.io:csinodes named node-1',
    'create storage.k8s.io:csinodes',
    'create resource.k8s.io:resourceslices',
    'delete resource.k8s.io:resourceslices named slice-1',
    'get nodes named node-1',
    'watch nodes named node-1',
    'create nodes',
    'update nodes named node-1',
    'patch nodes/status named node-1',
    'get pods in red named rich',
    'watch pods in red named rich',
    'create pods in red',
    'delete pods in red named rich',
    'update pods/status in red named rich',
    'patch pods/status in red named rich',
    'create pods/eviction in red named rich',
    'list services',
    'watch services',
    'create events in red',
    'patch events in red named e',
    'create authentication.k8s.io:tokenreviews',
    'create authorization.k8s.io:subjectaccessreviews',
    'create certificates.k8s.io:certificatesigningrequests',
    'list node.k8s.io:runtimeclasses',
    'watch storage.k8s.io:csidrivers',
    'get endpoints in red named web',
  ])('%s', (text) => {
    expect(decide(text)).toEqual({ allowed: true });
  });

  test.each([
    ['list pods', 'spec.nodeName=node-1'],
    ['watch pods', 'status.phase!=Failed,spec.nodeName=node-1'],
    ['list resource.k8s.io:resourceslices', 'nodeName=node-1'],
    ['deletecollection resource.k8s.io:resourceslices', 'nodeName=node-1'],
  ])('%s where %s', (text, fieldSelector) => {
    expect(decide(text, NODE, { fieldSelector })).toEqual({ allowed: true });
  });
});

describe('a kubelet may not', () => {
  const UNRELATED = "no relationship found between node 'node-1' and this object";

  test.each([
    ['get secrets in red named another', UNRELATED],
    ['get secrets in blue named mounted', UNRELATED],
    ['get secrets in blue named free-secret', UNRELATED],
    ['list secrets in red', 'No Object name found'],
    ['list secrets', 'can only read namespaced object of this type'],
    ['update secrets in red named mounted', 'can only read resources of this type'],
    ['create secrets in red', 'can only read resources of this type'],
    ['delete configmaps in red named mounted-map', 'can only read resources of this type'],
    ['get secrets/x in red named mounted', 'cannot read subresource'],
    ['get configmaps in red named another', UNRELATED],
    ['list persistentvolumeclaims in red', 'can only get individual resources of this type'],
    ['get persistentvolumeclaims in red named another', UNRELATED],
    ['get persistentvolumeclaims/status in red named data', 'can only get/update/patch this type'],
    ['update persistentvolumeclaims/status in red named another', UNRELATED],
    ['get persistentvolumes named pv-free', UNRELATED],
    ['get persistentvolumes/status named pv-data', 'cannot get subresource'],
    ['watch persistentvolumes', 'can only get individual resources of this type'],
    ['get resource.k8s.io:resourceclaims in red named another', UNRELATED],
    ['get storage.k8s.io:volumeattachments named va-2', UNRELATED],
    ['create serviceaccounts/token in red named other', UNRELATED],
    ['create serviceaccounts/token in red named late', UNRELATED],
    [
      'create serviceaccounts/token in red',
      'can only create tokens for individual service accounts',
    ],
    [
      'create serviceaccounts in red named runner',
      'can only create token subresource of serviceaccount',
    ],
    [
      'get serviceaccounts in red named runner',
      'can only create tokens for individual service accounts',
    ],
    [
      'update coordination.k8s.io:leases in kube-node-lease named node-2',
      'can only access node lease with the same name as the requesting node',
    ],
    [
      'update coordination.k8s.io:leases in kube-system named node-1',
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    [
      'list coordination.k8s.io:leases in kube-node-lease',
      'can only get, create, update, patch, or delete a node lease',
    ],
    [
      'get storage.k8s.io:csinodes named node-2',
      'can only access CSINode with the same name as the requesting node',
    ],
    ['list storage.k8s.io:csinodes', 'can only get, create, update, patch, or delete a CSINode'],
    ['update storage.k8s.io:csinodes/status named node-1', 'cannot authorize CSINode subresources'],
    ['get resource.k8s.io:resourceslices named slice-2', UNRELATED],
    [
      'list resource.k8s.io:resourceslices',
      'can only list/watch/deletecollection resourceslices with nodeName field selector',
    ],
    [
      'escalate resource.k8s.io:resourceslices named slice-1',
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    ],
    [
      'update resource.k8s.io:resourceslices/x named slice-1',
      'cannot authorize ResourceSlice subresources',
    ],
    ['get nodes named node-2', "node 'node-1' cannot read 'node-2', only its own Node object"],
    ['list nodes', "node 'node-1' cannot read all nodes, only its own Node object"],
    ['delete nodes named node-1', undefined],
    ['get nodes/status named node-1', undefined],
    ['update nodes/proxy named node-1', undefined],
    ['get pods in red named plain', UNRELATED],
    ['list pods', 'can only list/watch pods with spec.nodeName field selector'],
    ['list pods in red', 'can only list/watch pods with spec.nodeName field selector'],
    ['update pods in red named rich', undefined],
    ['patch pods/ephemeralcontainers in red named rich', undefined],
    ['create pods/binding in red named rich', undefined],
    ['get pods/log in red named rich', undefined],
    ['update services in red named web', undefined],
    ['delete events in red named e', undefined],
    ['list namespaces', undefined],
    ['create apps:deployments in red', undefined],
    ['get rbac.authorization.k8s.io:roles in red named r', undefined],
    ['get /metrics', undefined],
  ])('%s', (text, reason) => {
    expect(decide(text)).toEqual(
      reason === undefined ? { allowed: false } : { allowed: false, reason },
    );
  });

  test.each([
    'spec.nodeName=node-2',
    'spec.nodeName!=node-1',
    'metadata.namespace=red',
    'nonsense',
  ])('list pods where %s', (fieldSelector) => {
    expect(decide('list pods', NODE, { fieldSelector }).allowed).toBe(false);
  });
});

describe('who is no kubelet', () => {
  test.each([
    [person('jane'), undefined],
    [person('system:node:node-1'), undefined],
    [person('node-1', 'system:nodes'), undefined],
    [{ name: 'system:node:', groups: ['system:nodes'] }, 'unknown node for user "system:node:"'],
  ])('%j has no rights here', (user, reason) => {
    const decision = decide('get secrets in red named mounted', user);
    expect(decision).toEqual(
      reason === undefined ? { allowed: false } : { allowed: false, reason },
    );
  });
});

test('what a node may do cannot be told as rules, and who is none has none here', () => {
  const authorizer = createNodeAuthorizer(new NodeGraph());
  expect(authorizer.rulesFor(NODE, 'red').errors).toEqual([
    'node authorizer does not support user rule resolution',
  ]);
  expect(authorizer.rulesFor(person('jane'), 'red')).toEqual({ rules: [], errors: [] });
});

test('a mirror Pod gives its node no rights but to itself', () => {
  const graph = new NodeGraph();
  const mirror = pod('mirror', 'node-1', RICH);
  mirror.metadata.annotations = { 'kubernetes.io/config.mirror': 'x' };
  graph.changePod(undefined, mirror);
  expect(graph.isRelated('node-1', 'secrets', 'red', 'mounted')).toBe(false);
  expect(graph.isRelated('node-1', 'serviceaccounts', 'red', 'runner')).toBe(false);
  expect(graph.isRelated('node-1', 'pods', 'red', 'mirror')).toBe(true);
});

test('claims that a Pod gets later are its node’s as well', () => {
  const graph = new NodeGraph();
  const before = pod('p', 'node-1');
  const after: Pod = {
    ...before,
    status: { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'p-gpu-x' }] },
  };
  graph.changePod(undefined, before);
  graph.changePod(before, after);
  expect(graph.isRelated('node-1', 'resourceclaims', 'red', 'p-gpu-x')).toBe(true);
  graph.changePod(after, undefined);
  expect(graph.isRelated('node-1', 'resourceclaims', 'red', 'p-gpu-x')).toBe(false);
});

describe('the graph', () => {
  const names = fc.constantFrom('a', 'b');
  const podChange = fc
    .record({
      name: fc.constantFrom('p', 'q', 'r'),
      nodeName: fc.constantFrom(undefined, 'node-1', 'node-2'),
      secret: names,
      claim: fc.constantFrom(undefined, 'c', 'd'),
      generation: fc.nat(100),
    })
    .map(({ claim, generation, name, nodeName, secret }) => {
      const made = pod(name, nodeName, {
        imagePullSecrets: [{ name: secret }],
        ...(claim ? { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim } }] } : {}),
      });
      // What a Pod refers to stays what it is as long as it is the same Pod.
      made.metadata.uid = `${name}-${generation}-${secret}-${claim}`;
      return { pod: made };
    });
  const volumeChange = fc
    .record({ name: names, claim: fc.constantFrom(undefined, 'c', 'd'), secret: names })
    .map(({ claim, name, secret }) => ({ volume: volume(name, claim, secret) }));
  const change = fc.oneof(podChange, volumeChange);
  const QUESTIONS: readonly [RelatedResource, string, string][] = [
    ...['a', 'b'].flatMap((name): [RelatedResource, string, string][] => [
      ['secrets', 'red', name],
      ['secrets', 'blue', name],
      ['persistentvolumes', '', name],
    ]),
    ...['c', 'd'].map((name): [RelatedResource, string, string] => [
      'persistentvolumeclaims',
      'red',
      name,
    ]),
    ...['p', 'q', 'r'].map((name): [RelatedResource, string, string] => ['pods', 'red', name]),
  ];

  /** The objects of a kind as a history of changes leaves them; each change is told as it is made. */
  class Present<T extends { metadata: { name?: string } }> {
    readonly objects = new Map<string, T>();
    readonly #tell: (previous: T | undefined, next: T | undefined) => void;

    constructor(tell: (previous: T | undefined, next: T | undefined) => void) {
      this.#tell = tell;
    }

    change(object: T, removed: boolean): void {
      const { name = '' } = object.metadata;
      const previous = this.objects.get(name);
      if (removed && !previous) return;
      this.#tell(previous, removed ? undefined : object);
      if (removed) this.objects.delete(name);
      else this.objects.set(name, object);
    }
  }

  const answers = (graph: NodeGraph) =>
    ['node-1', 'node-2'].flatMap((node) =>
      QUESTIONS.map((question) => [node, ...question, graph.isRelated(node, ...question)]),
    );

  test('after any history of changes is that of the objects that are there', () => {
    const history = fc.array(fc.tuple(change, fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(history, (steps) => {
        const graph = new NodeGraph();
        const pods = new Present<Pod>((...told) => graph.changePod(...told));
        const volumes = new Present<PersistentVolume>((...told) => graph.changeVolume(...told));
        for (const [step, removed] of steps) {
          if ('pod' in step) pods.change(step.pod, removed);
          else volumes.change(step.volume, removed);
        }
        const fresh = new NodeGraph();
        for (const one of pods.objects.values()) fresh.changePod(undefined, one);
        for (const one of volumes.objects.values()) fresh.changeVolume(undefined, one);
        expect(answers(graph)).toEqual(answers(fresh));
      }),
      { numRuns: 300 },
    );
  });
});
