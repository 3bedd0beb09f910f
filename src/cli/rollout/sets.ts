/** Rollouts of DaemonSets and StatefulSets, whose revisions are ControllerRevisions. */
import { toRfc3339 } from '../../lib/clock.ts';
import type {
  ControllerRevision,
  DaemonSet,
  StatefulSet,
} from '../../scheme/generated/types/apps-v1.ts';
import { isRevisionOf } from '../../scheme/groups/apps/controller-revisions.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import {
  DaemonSetRevisionsDocument,
  GetObjectDocument,
  PatchObjectDocument,
  type PatchType,
  StatefulSetRevisionsDocument,
  WatchObjectsDocument,
  type WatchObjectsSubscription,
} from '../generated/operations.ts';
import { resumableWatch } from '../transport/resumable-watch.ts';
import { ServerError } from '../transport/server-error.ts';
import type { RolloutPlace } from './places.ts';

/** A DaemonSet or a StatefulSet: all but a Deployment. */
export interface SetPlace extends RolloutPlace {
  readonly type: 'daemonset' | 'statefulset';
}

export type RolloutSet = DaemonSet | StatefulSet;

type SetEvent = WatchObjectsSubscription['watch'];

/** A revision of a set, oldest first where there are several. */
export type SetRevision = Pick<ControllerRevision, 'metadata' | 'revision' | 'data'>;

export function isSetPlace(place: RolloutPlace): place is SetPlace {
  return place.type !== 'deployment';
}

/** What the server calls the resource, with its version: `daemonsets.v1.apps`. */
export function setResource({ type }: SetPlace): string {
  return `${type}s.v1.apps`;
}

/** @throws {ServerError} NotFound */
export async function readSet(context: CliContext, place: SetPlace): Promise<RolloutSet> {
  const client = await context.client();
  const { namespace, name } = place;
  const resource = setResource(place);
  const { object } = await client.request(GetObjectDocument, { resource, namespace, name });
  if (object) return object as RolloutSet;
  throw new ServerError({
    reason: 'NotFound',
    message: `${place.type}s.apps "${name}" not found`,
    details: { name, group: 'apps', kind: `${place.type}s` },
  });
}

/** The set as it changes from `set` on. @throws {CliError} when it is deleted */
export async function* watchSet(
  context: CliContext,
  place: SetPlace,
  set: RolloutSet,
  signal: AbortSignal,
): AsyncGenerator<RolloutSet, void, undefined> {
  const { namespace, name } = place;
  const client = await context.client();
  const resources = [
    { resource: setResource(place), namespace, fieldSelector: `metadata.name=${name}` },
  ];
  const events = resumableWatch<SetEvent>({
    open: async function* (resourceVersion) {
      const variables = { resources, ...(resourceVersion ? { resourceVersion } : {}) };
      const opened = client.subscribe(WatchObjectsDocument, variables, signal);
      for await (const { watch } of opened) yield watch;
    },
    resourceVersionOf: (event) => event.resourceVersion,
    resourceVersion: set.metadata.resourceVersion ?? '',
    onLost: (error) => context.warn(`${error.message}; trying again`),
    signal,
  });
  for await (const { type, json } of events) {
    if (type === 'DELETED') throw new CliError('object has been deleted');
    if (json) yield json as RolloutSet;
  }
}

export async function readSetRevisions(
  context: CliContext,
  { type, namespace, name }: SetPlace,
): Promise<readonly SetRevision[]> {
  const client = await context.client();
  const document = type === 'daemonset' ? DaemonSetRevisionsDocument : StatefulSetRevisionsDocument;
  const { apps } = await client.request(document, { namespace, name });
  const revisions = (apps.v1.set?.controllerRevisions ?? []) as readonly SetRevision[];
  return [...revisions].sort((a, b) => a.revision - b.revision);
}

/** @throws {CliError} when there is no such revision @param toRevision 0 is the one before the present */
export function findSetRevision(
  { type, name }: SetPlace,
  revisions: readonly SetRevision[],
  toRevision: number,
): SetRevision {
  const found =
    toRevision === 0 ? revisions.at(-2) : revisions.find(({ revision }) => revision === toRevision);
  if (found) return found;
  throw new CliError(
    toRevision === 0
      ? `no rollout history found for ${type} "${name}"`
      : `unable to find specified revision ${toRevision} in history`,
  );
}

/** Gives the set the template of an earlier revision. @returns whether it had another */
export async function undoSet(
  context: CliContext,
  place: SetPlace,
  { toRevision, dryRun }: { readonly toRevision: number; readonly dryRun: boolean },
): Promise<boolean> {
  const set = await readSet(context, place);
  const target = findSetRevision(place, await readSetRevisions(context, place), toRevision);
  if (set.spec && isRevisionOf(target, set.spec.template)) return false;
  await patchSet(context, place, { type: 'STRATEGIC', patch: target.data, dryRun });
  return true;
}

export async function restartSet(context: CliContext, place: SetPlace): Promise<void> {
  const restartedAt = toRfc3339(await context.clusterNow());
  const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt };
  const patch = { spec: { template: { metadata: { annotations } } } };
  await patchSet(context, place, { type: 'MERGE', patch, dryRun: false });
  context.print(`${place.type}.apps/${place.name} restarted`);
}

async function patchSet(
  context: CliContext,
  place: SetPlace,
  change: { readonly type: PatchType; readonly patch: unknown; readonly dryRun: boolean },
): Promise<void> {
  const { namespace, name } = place;
  const client = await context.client();
  await client.request(PatchObjectDocument, {
    resource: setResource(place),
    namespace,
    name,
    ...change,
  });
}
