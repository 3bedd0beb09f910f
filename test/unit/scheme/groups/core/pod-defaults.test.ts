import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { podStrategy } from '../../../../../src/scheme/groups/core/pod.ts';
import { defaultPullPolicy } from '../../../../../src/scheme/groups/core/pod-spec/container-defaults.ts';
import { created, defaulted, withMembers } from '../harness.ts';
import { BARE_POD } from './pods.ts';

const specOf = (members: Record<string, unknown>): NonNullable<Pod['spec']> =>
  defaulted(podStrategy, withMembers(BARE_POD, members)).spec as NonNullable<Pod['spec']>;

test('a bare Pod gets the defaults that a real cluster gives it', () => {
  expect(created(podStrategy, BARE_POD)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      containers: [
        {
          image: 'nginx',
          imagePullPolicy: 'Always',
          name: 'web',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  });
});

test('defaults applied again change nothing', () => {
  const full = withMembers(BARE_POD, {
    'spec.hostNetwork': true,
    'spec.containers.0.resources': { limits: { cpu: '0.5' } },
    'spec.containers.0.ports': [{ containerPort: 80 }],
    'spec.volumes': [{ name: 'v' }, { name: 's', secret: { secretName: 's' } }],
  });
  const once = defaulted(podStrategy, full);
  expect(defaulted(podStrategy, once)).toEqual(once);
});

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.7.9', 'IfNotPresent'],
  ['registry.example.com:5000/nginx', 'Always'],
  ['registry.example.com:5000/nginx:1.7.9', 'IfNotPresent'],
  ['nginx@sha256:abc', 'IfNotPresent'],
  ['nginx:latest@sha256:abc', 'Always'],
  ['', 'IfNotPresent'],
])('the image %p is pulled %s', (image, policy) => {
  expect(defaultPullPolicy(image)).toBe(policy);
});

describe('resources', () => {
  test('are asked for as much as they are limited', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '0.5' } };
    expect(specOf({ 'spec.containers.0.resources': resources }).containers[0]?.resources).toEqual({
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '500m', memory: '1Gi' },
    });
  });

  test('are kept in canonical form, in whole thousandths', () => {
    const requests = { cpu: '0.1', memory: '1024Mi', 'ephemeral-storage': '0.0001' };
    expect(
      specOf({ 'spec.containers.0.resources.requests': requests }).containers[0]?.resources,
    ).toEqual({ requests: { cpu: '100m', memory: '1Gi', 'ephemeral-storage': '1m' } });
  });

  test('of the Pod as a whole are filled from its containers', () => {
    const { resources } = specOf({
      'spec.containers.0.resources': { requests: { cpu: '250m' } },
      'spec.resources': { limits: { cpu: '1', memory: '1Gi' } },
    });
    expect(resources).toEqual({
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '250m', memory: '1Gi' },
    });
  });

  test('of the Pod as a whole are limited when every container is', () => {
    const { resources } = specOf({
      'spec.containers.0.resources': { limits: { cpu: '500m', memory: '128Mi' } },
      'spec.resources': { requests: { cpu: '1' } },
    });
    expect(resources).toEqual({
      requests: { cpu: '1' },
      limits: { cpu: '500m', memory: '128Mi' },
    });
  });
});

describe('containers', () => {
  test('have probes with numbers', () => {
    const probe = { httpGet: { port: 80 } };
    const expected = {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    };
    const [container] = specOf({ 'spec.containers.0.livenessProbe': probe }).containers;
    expect(container?.livenessProbe).toEqual(expected);
  });

  test('have hooks with a path, and a service for gRPC', () => {
    const [container] = specOf({
      'spec.containers.0.lifecycle': { preStop: { httpGet: { port: 80 } } },
      'spec.containers.0.readinessProbe': { grpc: { port: 80 } },
    }).containers;
    expect(container?.lifecycle?.preStop?.httpGet?.path).toBe('/');
    expect(container?.readinessProbe?.grpc).toEqual({ port: 80, service: '' });
  });

  test('have ports of TCP, and of the host on its network', () => {
    const members = {
      'spec.containers.0.ports': [{ containerPort: 80 }],
      'spec.hostNetwork': true,
    };
    expect(specOf(members).containers[0]?.ports).toEqual([
      { containerPort: 80, hostPort: 80, protocol: 'TCP' },
    ]);
  });

  test('have variables whose references are complete', () => {
    const env = [
      { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ];
    const [a, b] = specOf({ 'spec.containers.0.env': env }).containers[0]?.env ?? [];
    expect(a?.valueFrom?.fieldRef?.apiVersion).toBe('v1');
    expect(b?.valueFrom?.resourceFieldRef?.divisor).toBe('0');
  });
});

test.each<[string, object, object]>([
  ['nothing', {}, { emptyDir: {} }],
  ['a size', { emptyDir: { sizeLimit: '1024Mi' } }, { emptyDir: { sizeLimit: '1Gi' } }],
  ['a Secret', { secret: { secretName: 's' } }, { secret: { secretName: 's', defaultMode: 420 } }],
  ['a ConfigMap', { configMap: { name: 'c' } }, { configMap: { name: 'c', defaultMode: 420 } }],
  [
    'fields',
    { downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } },
    {
      downwardAPI: {
        defaultMode: 420,
        items: [{ path: 'a', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } }],
      },
    },
  ],
  [
    'a token',
    { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
    {
      projected: {
        defaultMode: 420,
        sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
      },
    },
  ],
  [
    'an iSCSI disk',
    { iscsi: { targetPortal: 'p', iqn: 'i', lun: 0 } },
    { iscsi: { targetPortal: 'p', iqn: 'i', lun: 0, iscsiInterface: 'default' } },
  ],
  [
    'a Ceph disk',
    { rbd: { monitors: ['m'], image: 'i' } },
    {
      rbd: {
        monitors: ['m'],
        image: 'i',
        pool: 'rbd',
        user: 'admin',
        keyring: '/etc/ceph/keyring',
      },
    },
  ],
  [
    'an Azure disk',
    { azureDisk: { diskName: 'd', diskURI: 'u' } },
    {
      azureDisk: {
        diskName: 'd',
        diskURI: 'u',
        cachingMode: 'ReadWrite',
        kind: 'Shared',
        fsType: 'ext4',
        readOnly: false,
      },
    },
  ],
  [
    'a claim of its own',
    { ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { ephemeral: { volumeClaimTemplate: { spec: { volumeMode: 'Filesystem' } } } },
  ],
  [
    'an image',
    { image: { reference: 'data:1' } },
    { image: { reference: 'data:1', pullPolicy: 'IfNotPresent' } },
  ],
])('a volume of %s is completed', (_, source, expected) => {
  const [volume] = specOf({ 'spec.volumes': [{ name: 'v', ...source }] }).volumes ?? [];
  expect(volume).toEqual({ name: 'v', ...expected });
});

test('the old name of the service account shows the same', () => {
  expect(specOf({ 'spec.serviceAccountName': 'robot' }).serviceAccount).toBe('robot');
  expect(specOf({ 'spec.serviceAccount': 'robot' }).serviceAccountName).toBe('robot');
});

test('a Pod behind a gate says on create that it waits', () => {
  const gated = withMembers(BARE_POD, { 'spec.schedulingGates': [{ name: 'example.com/hold' }] });
  expect(created(podStrategy, gated).status?.conditions).toEqual([
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ]);
});

test('label keys in affinity become the labels of the Pod itself on create', () => {
  const term = {
    labelSelector: {},
    topologyKey: 'zone',
    matchLabelKeys: ['hash', 'missing'],
    mismatchLabelKeys: ['tenant'],
  };
  const pod = withMembers(BARE_POD, {
    'metadata.labels': { hash: 'abc', tenant: 't' },
    'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution': [term],
  });
  const [resolved] =
    created(podStrategy, pod).spec?.affinity?.podAffinity
      ?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  expect(resolved?.labelSelector?.matchExpressions).toEqual([
    { key: 'hash', operator: 'In', values: ['abc'] },
    { key: 'tenant', operator: 'NotIn', values: ['t'] },
  ]);
});
