import { describe, expect, test } from '@jest/globals';
import {
  inOrder,
  newRevision,
  planRevision,
  superfluousRevisions,
} from '../../../../src/controllers/shared/revision-plan.ts';
import type { ControllerRevision } from '../../../../src/scheme/generated/types/apps-v1.ts';
import { storedDaemonSet } from '../../../support/workloads.ts';

const ownerWith = (image: string, spec: { revisionHistoryLimit?: number } = {}) =>
  storedDaemonSet({ pod: { containers: [{ name: 'web', image }] }, ...spec });

const OPTIONS = { hashLabel: 'controller-revision-hash', collisionCount: undefined };

const revision = (image: string, number: number): ControllerRevision =>
  newRevision(ownerWith(image), number, OPTIONS);

const [ONE, TWO, THREE] = [revision('nginx:1', 1), revision('nginx:2', 2), revision('nginx:3', 3)];

describe('the revision of a template', () => {
  test.each<[title: string, image: string, known: ControllerRevision[], plan: object]>([
    ['is made when there is none', 'nginx:1', [], { type: 'create', number: 1 }],
    ['is kept when it is the newest', 'nginx:2', [ONE, TWO], { type: 'keep', update: TWO }],
    ['is made when it is another', 'nginx:3', [ONE, TWO], { type: 'create', number: 3 }],
    [
      'becomes the newest again when it was an earlier one',
      'nginx:1',
      [ONE, TWO, THREE],
      { type: 'renumber', update: ONE, number: 4 },
    ],
    [
      'is the newest of several equal ones',
      'nginx:1',
      [ONE, revision('nginx:1', 4)],
      { type: 'keep', update: revision('nginx:1', 4) },
    ],
  ])('%s', (_title, image, known, plan) => {
    expect(planRevision(ownerWith(image), known)).toEqual(plan);
  });

  test('has the name of its owner and the hash of its template, and keeps all of it', () => {
    const owner = ownerWith('nginx:1');
    const { data, metadata, revision: number } = newRevision(owner, 5, OPTIONS);
    const hash = metadata.labels?.['controller-revision-hash'] ?? '';
    expect(metadata.name).toBe(`web-${hash}`);
    expect(metadata.labels).toEqual({ app: 'web', 'controller-revision-hash': hash });
    expect(metadata.ownerReferences).toEqual([expect.objectContaining({ uid: 'daemon-set-uid' })]);
    expect(data).toEqual({ spec: { template: { ...owner.spec?.template, $patch: 'replace' } } });
    expect(number).toBe(5);
  });

  test('has another name when hashes have met', () => {
    const names = [undefined, 1, 2].map(
      (collisionCount) =>
        newRevision(ownerWith('nginx:1'), 1, { ...OPTIONS, collisionCount }).metadata.name,
    );
    expect(new Set(names).size).toBe(3);
  });

  test('has a name that fits, however long that of its owner', () => {
    const owner = ownerWith('nginx:1');
    const long = { ...owner, metadata: { ...owner.metadata, name: 'x'.repeat(253) } };
    expect(newRevision(long, 1, OPTIONS).metadata.name?.length).toBeLessThanOrEqual(253);
  });

  test('takes the annotations of its owner over', () => {
    const owner = ownerWith('nginx:1');
    const annotated = { ...owner, metadata: { ...owner.metadata, annotations: { a: 'b' } } };
    expect(newRevision(annotated, 1, OPTIONS).metadata.annotations).toEqual({ a: 'b' });
  });
});

test('revisions are in the order of their numbers, and equal ones in that of their creation', () => {
  const at = (name: string, number: number, creationTimestamp: string): ControllerRevision => ({
    ...ONE,
    metadata: { name, creationTimestamp },
    revision: number,
  });
  const [a, b, c] = [
    at('a', 2, '2026-01-01T00:00:02Z'),
    at('b', 1, '2026-01-01T00:00:09Z'),
    at('c', 2, '2026-01-01T00:00:01Z'),
  ];
  expect(inOrder([a, b, c])).toEqual([b, c, a]);
});

describe('of the revisions that are no longer in use', () => {
  const all = [ONE, TWO, THREE];

  test.each<[limit: number | undefined, inUse: ControllerRevision[], gone: ControllerRevision[]]>([
    [undefined, [THREE], []],
    [2, [THREE], []],
    [1, [THREE], [ONE]],
    [0, [THREE], [ONE, TWO]],
    [0, [ONE, THREE], [TWO]],
    [0, all, []],
    [1, [], [ONE, TWO]],
  ])('%j are kept, the newest ones', (revisionHistoryLimit, inUse, gone) => {
    const owner = ownerWith(
      'nginx:3',
      revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit },
    );
    expect(superfluousRevisions(owner, all, (one) => inUse.includes(one))).toEqual(gone);
  });
});
