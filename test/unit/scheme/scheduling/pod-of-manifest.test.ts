import { expect, test } from '@jest/globals';
import { podOfManifest } from '../../../../src/scheme/scheduling/pod-of-manifest.ts';

const spec = { containers: [{ name: 'web', image: 'nginx' }] };
const template = { metadata: { labels: { app: 'web' } }, spec };
const metadata = { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '7' };

test('a Pod is taken without its name and without what the server gave it', () => {
  const pod = { kind: 'Pod', metadata: { ...metadata, labels: { app: 'web' } }, spec, status: {} };
  expect(podOfManifest(pod)).toEqual({
    metadata: { generateName: 'web-', namespace: 'shop', labels: { app: 'web' } },
    spec,
    count: 1,
  });
});

test.each([
  ['Deployment', { replicas: 4, template }, 4],
  ['StatefulSet', { template }, 1],
  ['ReplicaSet', { replicas: 0, template }, 1],
  ['DaemonSet', { template }, 1],
  ['Job', { parallelism: 3, completions: 9, template }, 3],
  ['CronJob', { jobTemplate: { spec: { parallelism: 2, template } } }, 2],
])('a %s stands for the Pods of its template, as many as it asks for', (kind, own, count) => {
  expect(podOfManifest({ kind, metadata, spec: own })).toEqual({
    metadata: { generateName: 'web-', namespace: 'shop', labels: { app: 'web' } },
    spec,
    count,
  });
});

test('a PodTemplate is a template itself', () => {
  expect(podOfManifest({ kind: 'PodTemplate', metadata, template }).spec).toBe(spec);
});

test('a Pod without a name gets one, and a long name leaves room for what comes behind', () => {
  const generateNameOf = (own: object) =>
    podOfManifest({ kind: 'Pod', metadata: own, spec }).metadata.generateName;
  expect(generateNameOf({})).toBe('simulated-');
  expect(generateNameOf({ generateName: 'batch-' })).toBe('batch-');
  expect(generateNameOf({ name: 'a'.repeat(250) })).toHaveLength(40);
});

test.each([
  [null, 'the manifest is not an object'],
  [[], 'the manifest is not an object'],
  [{}, 'the manifest has no kind'],
  [{ kind: 'Pod' }, 'spec is not an object'],
  [{ kind: 'Pod', metadata: 'web', spec }, 'metadata is not an object'],
  [{ kind: 'Service', spec: {} }, 'Service has no template of a Pod'],
  [{ kind: 'Deployment', spec: { template: 1 } }, 'template is not an object'],
  [{ kind: 'CronJob', spec: {} }, 'spec.jobTemplate is not an object'],
])('%j is refused', (manifest, message) => {
  expect(() => podOfManifest(manifest)).toThrow(message);
});
