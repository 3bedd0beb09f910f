import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CandidateVolumes } from '../../../src/scheduler/volumes/candidate-volumes.ts';
import { reaches } from '../../../src/scheduler/volumes/pod-volumes.ts';
import type {
  NodeSelectorRequirement,
  PersistentVolume,
} from '../../../src/scheme/generated/types/core-v1.ts';
import { volumesInOrder } from '../../../src/scheme/storage/volume-matching.ts';
import { buildNode } from '../../support/builders.ts';
import { newClaim, newVolume } from '../../support/storage.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const HOSTS = ['a', 'b', 'c'];

const claim = newClaim('data');
const nodes = [...HOSTS.map((host) => ({ host, zone: host })), { host: undefined, zone: 'a' }].map(
  ({ host, zone }) =>
    buildNode({ labels: { [ZONE]: zone, ...(host ? { [HOSTNAME]: host } : {}) } }),
);

const requirement: fc.Arbitrary<NodeSelectorRequirement> = fc.record({
  key: fc.constantFrom(HOSTNAME, ZONE),
  operator: fc.constantFrom('In', 'In', 'In', 'NotIn', 'Exists'),
  values: fc.subarray(HOSTS, { minLength: 1 }),
});
const term = fc.record({ matchExpressions: fc.array(requirement, { maxLength: 2 }) });
const place = fc.option(fc.array(term, { minLength: 1, maxLength: 2 }), { nil: undefined });

const volume = fc.record({
  size: fc.constantFrom('500Mi', '1Gi', '2Gi', '3Gi'),
  isReserved: fc.boolean(),
  terms: place,
});
const volumes = fc.array(volume, { maxLength: 8 }).map((drawn) =>
  drawn.map(({ isReserved, size, terms }, i) =>
    newVolume(`v${i}`, {
      spec: {
        capacity: { storage: size },
        ...(isReserved ? { claimRef: { namespace: 'default', name: 'data' } } : {}),
        ...(terms ? { nodeAffinity: { required: { nodeSelectorTerms: terms } } } : {}),
      },
    }),
  ),
);

test('a node gets the first of the ordered volumes that it reaches and that is not taken', () => {
  fc.assert(
    fc.property(volumes, fc.array(fc.nat({ max: 7 })), (all, takenNumbers) => {
      const taken = new Set(
        takenNumbers.flatMap((number): PersistentVolume[] => all.slice(number, number + 1)),
      );
      const candidates = new CandidateVolumes(claim, all);
      const ordered = volumesInOrder(claim, all);
      for (const node of nodes) {
        const first = ordered.find((one) => !taken.has(one) && reaches(one, node));
        expect(candidates.bestFor(node, taken)).toBe(first);
      }
    }),
  );
});

test('a node looks at its own local volumes, and at no other machine’s', () => {
  let looks = 0;
  const local = Array.from({ length: 1_000 }, (_, i): PersistentVolume => {
    const matchExpressions = [{ key: HOSTNAME, operator: 'In' as const, values: [`host-${i}`] }];
    const required = { nodeSelectorTerms: [{ matchExpressions }] };
    return newVolume(`v${i}`, { spec: { nodeAffinity: { required } } });
  });
  const candidates = new CandidateVolumes(claim, local);
  const taken = { has: () => ++looks < 0 };
  const own = candidates.bestFor(buildNode({ labels: { [HOSTNAME]: 'host-700' } }), taken);
  expect(own?.metadata.name).toBe('v700');
  expect(looks).toBe(1);
});
