import { expect, test } from '@jest/globals';
import { buildNode } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const MEGABYTE = 1024 * 1024;

function clusterWithImage(name: string, megabytes: number): TestCluster {
  const cluster = new TestCluster([{ name: 'without' }]);
  const node = buildNode({ name: 'with' });
  const images = [{ names: [name], sizeBytes: megabytes * MEGABYTE }];
  cluster.cache.setNode({ ...node, status: { ...node.status, images } });
  // A little load, so that the image alone could make the node the better one.
  cluster.place('with', { requests: { cpu: '100m', memory: '200Mi' } });
  return cluster;
}

const podOf = (image: string) => ({ spec: { containers: [{ name: 'main', image }] } });

const cases: [title: string, image: string, megabytes: number, wanted: string, best: string][] = [
  ['a large image draws', 'app:1', 2000, 'app:1', 'with'],
  ['a small one does not', 'app:1', 20, 'app:1', 'without'],
  ['another image does not', 'app:1', 2000, 'app:2', 'without'],
  ['no tag means latest', 'app:latest', 2000, 'app', 'with'],
  ['the port of a registry is no tag', 'host:5000/app:latest', 2000, 'host:5000/app', 'with'],
];

test.each(cases)('%s', (_, image, megabytes, wanted, best) => {
  expect(clusterWithImage(image, megabytes).best(podOf(wanted))).toBe(best);
});

test('an image that a node has lost draws no more', () => {
  const cluster = clusterWithImage('app:1', 2000);
  cluster.cache.setNode(buildNode({ name: 'with' }));
  expect(cluster.best(podOf('app:1'))).toBe('without');
});

test('the image of a volume draws as that of a container does', () => {
  const volumes = [{ name: 'model', image: { reference: 'model:1' } }];
  const pod = { spec: { containers: [{ name: 'main', image: 'app:1' }], volumes } };
  expect(clusterWithImage('model:1', 4000).best(pod)).toBe('with');
  expect(clusterWithImage('other:1', 4000).best(pod)).toBe('without');
});
