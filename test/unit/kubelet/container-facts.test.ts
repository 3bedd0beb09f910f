import { describe, expect, test } from '@jest/globals';
import { mountsOf, userOf } from '../../../src/kubelet/status/container-facts.ts';
import type {
  PodSecurityContext,
  SecurityContext,
} from '../../../src/scheme/generated/types/core-v1.ts';

const at = { name: 'v', mountPath: '/v' };

describe('a mount of a container', () => {
  test.each([
    { mount: at, status: at },
    { mount: { ...at, readOnly: false, subPath: 'x' }, status: at },
    {
      mount: { ...at, readOnly: true },
      status: { ...at, readOnly: true, recursiveReadOnly: 'Disabled' },
    },
    {
      mount: { ...at, readOnly: true, recursiveReadOnly: 'Disabled' },
      status: { ...at, readOnly: true, recursiveReadOnly: 'Disabled' },
    },
    {
      mount: { ...at, readOnly: true, recursiveReadOnly: 'IfPossible' },
      status: { ...at, readOnly: true, recursiveReadOnly: 'Enabled' },
    },
  ])('$mount is told of as $status', ({ mount, status }) => {
    expect(mountsOf({ name: 'c', volumeMounts: [mount] })).toEqual({ volumeMounts: [status] });
  });

  test('is not told of where there is none', () => {
    expect(mountsOf({ name: 'c', volumeMounts: [] })).toEqual({});
  });
});

describe('the first process of a container', () => {
  test.each<{ pod: PodSecurityContext; own: SecurityContext; ids: [number, number, number[]] }>([
    { pod: {}, own: {}, ids: [0, 0, [0]] },
    { pod: { runAsUser: 5, runAsGroup: 6 }, own: {}, ids: [5, 6, [6]] },
    {
      pod: { runAsUser: 5, runAsGroup: 6 },
      own: { runAsUser: 7, runAsGroup: 8 },
      ids: [7, 8, [8]],
    },
    {
      pod: { fsGroup: 2000, supplementalGroups: [30, 4, 30] },
      own: {},
      ids: [0, 0, [0, 4, 30, 2000]],
    },
  ])('of a Pod with $pod and $own of its own runs as $ids', ({ ids, own, pod }) => {
    const [uid, gid, supplementalGroups] = ids;
    const spec = { containers: [], securityContext: pod };
    const user = userOf({ name: 'c', securityContext: own }, spec);
    expect(user).toEqual({ uid, gid, supplementalGroups });
  });

  test('runs as its image says where its Pod does not', () => {
    expect(userOf({ name: 'c', image: 'registry.k8s.io/pause:3.10' }, undefined).uid).toBe(65_535);
  });
});
