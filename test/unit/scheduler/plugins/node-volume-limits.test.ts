import { describe, expect, test } from '@jest/globals';
import type {
  CSINode,
  VolumeAttachment,
} from '../../../../src/scheme/generated/types/storage-v1.ts';
import {
  claim,
  clusterOf,
  onClaims,
  storageClass,
  volume,
  withVolumes,
} from '../../../support/volume-cluster.ts';

describe('NodeVolumeLimits', () => {
  const csiNode = (name: string, count: number) =>
    ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name },
      spec: { drivers: [{ name: 'disk', nodeID: name, allocatable: { count } }] },
    }) as CSINode;
  const boundTo = (name: string) => [
    claim({ name, volume: `pv-${name}` }),
    volume({ name: `pv-${name}`, csi: 'disk' }),
  ];

  test('a node attaches no more volumes than it can', () => {
    const cluster = clusterOf(csiNode('a', 1), ...boundTo('one'), ...boundTo('two'));
    cluster.place('a', onClaims('one'));
    expect(cluster.feasible(onClaims('two'))).toEqual(['b']);
  });

  test('a volume that is attached already takes no further place', () => {
    const cluster = clusterOf(csiNode('a', 1), ...boundTo('one')).place('a', onClaims('one'));
    expect(cluster.feasible(onClaims('one'))).toEqual(['a', 'b']);
  });

  test('a volume that is to be made counts', () => {
    const late = storageClass({ provisioner: 'disk' });
    const cluster = clusterOf(csiNode('a', 0), csiNode('b', 1), claim(), late);
    expect(cluster.feasible(onClaims('data'))).toEqual(['b']);
  });

  const attachment = (volumeName: string, nodeName: string): VolumeAttachment => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: `${volumeName}-${nodeName}` },
    spec: { attacher: 'disk', nodeName, source: { persistentVolumeName: volumeName } },
  });

  test('a volume that has not left its node yet still takes its place there', () => {
    const objects = [csiNode('a', 1), ...boundTo('one'), ...boundTo('two')];
    const cluster = clusterOf(...objects, attachment('pv-one', 'a'));
    expect(cluster.feasible(onClaims('two'))).toEqual(['b']);
    expect(cluster.feasible(onClaims('one'))).toEqual(['a', 'b']);
    expect(cluster.place('a', onClaims('one')).feasible(onClaims('one'))).toEqual(['a', 'b']);
  });

  test('a volume that is to be made by the driver of a former plugin counts for that driver', () => {
    const ebs: CSINode = {
      ...csiNode('a', 0),
      spec: { drivers: [{ name: 'ebs.csi.aws.com', nodeID: 'a', allocatable: { count: 0 } }] },
    };
    const late = storageClass({ provisioner: 'kubernetes.io/aws-ebs' });
    expect(clusterOf(ebs, claim(), late).feasible(onClaims('data'))).toEqual(['b']);
  });

  test('a volume of a former plugin counts for the driver that attaches it, in a claim and in a Pod', () => {
    const limit = { name: 'ebs.csi.aws.com', nodeID: 'a', allocatable: { count: 1 } };
    const ebs: CSINode = { ...csiNode('a', 0), spec: { drivers: [limit] } };
    const old = volume();
    const awsElasticBlockStore = { volumeID: 'vol-1' };
    const bound = { ...old, spec: { ...old.spec, awsElasticBlockStore } };
    const inline = (volumeID: string) =>
      withVolumes({ name: 'disk', awsElasticBlockStore: { volumeID } });
    const cluster = clusterOf(ebs, claim({ volume: 'pv' }), bound).place('a', onClaims('data'));
    expect(cluster.feasible(inline('vol-2'))).toEqual(['b']);
    expect(cluster.feasible(inline('vol-1'))).toEqual(['a', 'b']);
    cluster.place('b', inline('vol-3'));
    expect(cluster.feasible(onClaims('data'))).toEqual(['a', 'b']);
  });

  test('a full node says so', () => {
    const cluster = clusterOf(csiNode('a', 0), csiNode('b', 0), ...boundTo('one'));
    expect(cluster.message(onClaims('one'))).toBe(
      '0/2 nodes are available: 2 node(s) exceed max volume count.',
    );
  });
});
