import { describe, expect, test } from '@jest/globals';
import { PodWatcher } from '../../../../src/controllers/shared/pod-watcher.ts';
import type { ControllerExpectations } from '../../../../src/machinery/expectations.ts';
import type { WorkQueue } from '../../../../src/machinery/work-queue.ts';
import { appsReplicaSets } from '../../../../src/scheme/generated/resources.ts';
import type { ReplicaSet } from '../../../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';
import { MemoryInformer } from '../../../support/memory-informer.ts';
import { storedReplicaSet } from '../../../support/workloads.ts';

const set = (name: string, app: string): ReplicaSet =>
  storedReplicaSet({
    name,
    metadata: { uid: name },
    spec: { selector: { matchLabels: { app } } },
  });

/** What is heard of a change: the keys of owners, and what their expectations are told. */
function hears(before: Pod | undefined, after: Pod | undefined): string[] {
  const heard: string[] = [];
  const watcher = new PodWatcher<ReplicaSet>({
    owners: new MemoryInformer(appsReplicaSets, set('web', 'web'), set('db', 'db')),
    kind: 'ReplicaSet',
    queue: { add: (key: string) => heard.push(key) } as unknown as WorkQueue,
    expectations: {
      creationObserved: (key: string) => heard.push(`${key} was created`),
      deletionObserved: (key: string) => heard.push(`${key} was deleted`),
    } as unknown as ControllerExpectations,
    selectorOf: ({ spec }) => spec?.selector,
  });
  const { podHandler } = watcher;
  if (before && after) podHandler.onUpdate?.(before, after);
  else if (after) podHandler.onAdd?.(after);
  else if (before) podHandler.onDelete?.(before);
  return [...new Set(heard)].sort();
}

interface Fields {
  readonly owner?: string;
  readonly ownerUid?: string;
  readonly kind?: string;
  readonly app?: string;
  readonly isGoing?: boolean;
  readonly phase?: 'Pending' | 'Running';
}

function pod({
  app = 'web',
  isGoing,
  kind = 'ReplicaSet',
  owner,
  ownerUid,
  phase = 'Pending',
}: Fields): Pod {
  const built = buildPod({ name: 'p', labels: { app }, status: { phase } });
  const reference = owner && {
    apiVersion: 'apps/v1',
    kind,
    name: owner,
    uid: ownerUid ?? owner,
    controller: true,
  };
  return {
    ...built,
    metadata: {
      ...built.metadata,
      uid: 'pod',
      ...(reference ? { ownerReferences: [reference] } : {}),
      ...(isGoing ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
  };
}

const OWNED = { owner: 'web' };

describe('a controller hears of a Pod', () => {
  test.each<[string, Fields | undefined, Fields | undefined, string[]]>([
    ['that it made', undefined, OWNED, ['default/web', 'default/web was created']],
    ['that it deleted', OWNED, undefined, ['default/web', 'default/web was deleted']],
    [
      'whose deletion begins',
      OWNED,
      { ...OWNED, isGoing: true },
      ['default/web', 'default/web was deleted'],
    ],
    [
      'that it first sees while it goes: that is no creation',
      undefined,
      { ...OWNED, isGoing: true },
      ['default/web', 'default/web was deleted'],
    ],
    ['not when nothing that counts changes', OWNED, OWNED, []],
    ['when its phase changes', OWNED, { ...OWNED, phase: 'Running' }, ['default/web']],
    ['when its labels change', OWNED, { ...OWNED, app: 'other' }, ['default/web']],
    ['that it loses', OWNED, {}, ['default/web']],
    ['that it gets', {}, OWNED, ['default/web']],
    ['that goes from one to another', OWNED, { owner: 'db' }, ['default/db', 'default/web']],
    ['without an owner, by its labels', undefined, {}, ['default/web']],
    [
      'without an owner, when its labels come to match',
      { app: 'x' },
      { app: 'db' },
      ['default/db'],
    ],
    ['not of one that nobody wants', undefined, { app: 'x' }, []],
    ['not of a namesake’s', undefined, { owner: 'web', ownerUid: 'older' }, []],
    ['not of another kind’s', undefined, { owner: 'web', kind: 'Job' }, []],
    [
      'not of another kind’s that changes',
      { owner: 'web', kind: 'Job' },
      { owner: 'web', kind: 'Job', phase: 'Running' },
      [],
    ],
  ])('%s', (_title, before, after, heard) => {
    expect(hears(before && pod(before), after && pod(after))).toEqual(heard);
  });
});
