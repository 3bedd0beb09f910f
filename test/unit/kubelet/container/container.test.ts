import { describe, expect, test } from '@jest/globals';
import { environmentOf, expandReferences } from '../../../../src/kubelet/container/environment.ts';
import { behaviourOf, hasProgram } from '../../../../src/kubelet/container/images.ts';
import type { ContainerSources } from '../../../../src/kubelet/container/sources.ts';
import { createVolume, mountVolumes } from '../../../../src/kubelet/container/volumes.ts';
import type { Directory } from '../../../../src/kubelet/files/entries.ts';
import { FileTree } from '../../../../src/kubelet/files/file-tree.ts';
import { Space } from '../../../../src/kubelet/files/space.ts';
import type {
  Container,
  Pod,
  Service,
  Volume,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function serviceOf(name: string, created: string, changes: object = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', creationTimestamp: created },
    spec: {
      clusterIP: '10.96.0.9',
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      ...changes,
    },
  };
}

const SOURCES: ContainerSources = {
  node: undefined,
  configMaps: new Map([
    [
      'settings',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings' },
        data: { color: 'blue', 'a b': 'c' },
      },
    ],
  ]),
  secrets: new Map([
    [
      'keys',
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'keys' },
        data: { token: base64('s3cret') },
      },
    ],
  ]),
  services: [
    serviceOf('my-db', '2026-01-01T00:00:00Z'),
    serviceOf('later', '2026-03-01T00:00:00Z'),
  ],
  tokens: new Map([['/3600', { token: 'a.b.c', renewMs: 0 }]]),
};

const POD: Pod = {
  ...buildPod(),
  metadata: {
    name: 'web-0',
    namespace: 'default',
    uid: 'u1',
    labels: { app: 'web' },
    creationTimestamp: '2026-02-01T00:00:00Z',
  },
  status: { podIP: '10.128.0.5' },
};

function envOf(container: Partial<Container>): Record<string, string> {
  const whole = { name: 'main', image: 'busybox', ...container } as Container;
  const image = behaviourOf('busybox');
  return Object.fromEntries(
    environmentOf({ pod: POD, container: whole, image, hostname: 'web-0', sources: SOURCES }),
  );
}

describe('the environment of a container', () => {
  test.each<[string, Partial<Container>, Record<string, string>]>([
    ['has its host name', {}, { HOSTNAME: 'web-0', HOME: '/root' }],
    ['takes values as they are', { env: [{ name: 'A', value: '1' }] }, { A: '1' }],
    [
      'refers to what comes before',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)-$(NONE)-$$(A)' },
        ],
      },
      { B: '1-$(NONE)-$(A)' },
    ],
    [
      'takes keys of ConfigMaps and Secrets',
      {
        env: [
          { name: 'C', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
          { name: 'T', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
        ],
      },
      { C: 'blue', T: 's3cret' },
    ],
    [
      'takes whole ConfigMaps and Secrets',
      {
        envFrom: [
          { configMapRef: { name: 'settings' }, prefix: 'P_' },
          { secretRef: { name: 'keys' } },
        ],
      },
      { P_color: 'blue', token: 's3cret' },
    ],
    [
      'takes fields of the Pod',
      {
        env: [
          { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'L', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'I', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        ],
      },
      { N: 'web-0', L: 'web', I: '10.128.0.5' },
    ],
    [
      'takes resources, rounded up',
      {
        resources: { limits: { cpu: '1500m', memory: '64Mi' } },
        env: [
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          {
            name: 'MEM',
            valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } },
          },
        ],
      },
      { CPU: '2', MEM: '64' },
    ],
    [
      'has the Services that were there before',
      {},
      {
        MY_DB_SERVICE_HOST: '10.96.0.9',
        MY_DB_SERVICE_PORT_HTTP: '80',
        MY_DB_PORT: 'tcp://10.96.0.9:80',
        MY_DB_PORT_80_TCP_ADDR: '10.96.0.9',
      },
    ],
    [
      'goes before Services',
      { env: [{ name: 'MY_DB_PORT', value: 'mine' }] },
      { MY_DB_PORT: 'mine' },
    ],
  ])('%s', (_law, container, expected) => {
    expect(envOf(container)).toMatchObject(expected);
  });

  test('leaves out later Services, and keys that are no names', () => {
    const env = envOf({ envFrom: [{ configMapRef: { name: 'settings' } }] });
    expect(Object.keys(env).filter((name) => /LATER|a b/.test(name))).toEqual([]);
  });

  test.each([
    ['$(A)$(A)', 'xx'],
    ['$A', '$A'],
    ['$$$(A)', '$x'],
    ['$(', '$('],
  ])('%s is expanded to %s', (text, expanded) => {
    expect(expandReferences(text, (name) => (name === 'A' ? 'x' : undefined))).toBe(expanded);
  });
});

function treeWith(volume: Volume, mount: object = {}): FileTree {
  const now = (): number => 0;
  const volumes = new Map<string, Directory>([
    [volume.name, createVolume(volume, { pod: POD, sources: SOURCES, now })],
  ]);
  const tree = new FileTree(new Space({ maxBytes: 100_000 }), now);
  mountVolumes(
    tree,
    { volumeMounts: [{ name: volume.name, mountPath: '/mnt', ...mount }] },
    volumes,
  );
  return tree;
}

const textAt = (tree: FileTree, path: string): string => Buffer.from(tree.read(path)).toString();

describe('volumes', () => {
  test.each<[string, Volume, string, string]>([
    ['a ConfigMap', { name: 'v', configMap: { name: 'settings' } }, '/mnt/color', 'blue'],
    [
      'chosen keys',
      { name: 'v', configMap: { name: 'settings', items: [{ key: 'color', path: 'd/c' }] } },
      '/mnt/d/c',
      'blue',
    ],
    ['a Secret', { name: 'v', secret: { secretName: 'keys' } }, '/mnt/token', 's3cret'],
    [
      'fields of the Pod',
      {
        name: 'v',
        downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] },
      },
      '/mnt/l',
      'app="web"',
    ],
    [
      'a token',
      { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
      '/mnt/token',
      'a.b.c',
    ],
    [
      'several sources',
      {
        name: 'v',
        projected: { sources: [{ secret: { name: 'keys' } }, { configMap: { name: 'settings' } }] },
      },
      '/mnt/color',
      'blue',
    ],
  ])('%s is shown as files that nobody may write to', (_what, volume, path, text) => {
    const tree = treeWith(volume);
    expect(textAt(tree, path)).toBe(text);
    expect(() => tree.write(path, Buffer.from('x'))).toThrow('Read-only file system');
  });

  test('an emptyDir is written to, up to its limit', () => {
    const tree = treeWith({ name: 'v', emptyDir: { sizeLimit: '1Ki' } });
    tree.write('/mnt/a', Buffer.from('x'));
    expect(() => tree.write('/mnt/b', Buffer.alloc(1_024))).toThrow('No space left on device');
  });

  test('a mount that is read-only is so all the way down', () => {
    const tree = treeWith({ name: 'v', emptyDir: {} }, { readOnly: true });
    expect(() => tree.makeDirectory('/mnt/d')).toThrow('Read-only file system');
  });

  test('a subPath is a part of the volume', () => {
    const tree = treeWith(
      { name: 'v', configMap: { name: 'settings' } },
      { subPath: 'color', mountPath: '/etc/color' },
    );
    expect(textAt(tree, '/etc/color')).toBe('blue');
  });
});

test.each([
  ['busybox', 'sh', true],
  ['busybox:1.36', 'wget', true],
  ['busybox', 'curl', false],
  ['docker.io/library/nginx:1.27', 'curl', true],
  ['nginx', 'ps', false],
  ['redis:7', 'redis-cli', true],
  ['busybox', 'redis-cli', false],
  ['gcr.io/distroless/static', 'sh', false],
  ['registry.k8s.io/pause:3.10', 'sh', false],
  ['localhost:5000/own/app@sha256:abc', 'sh', true],
])('of image %s program %s is there: %s', (image, program, isThere) => {
  expect(hasProgram(image, program)).toBe(isThere);
});
