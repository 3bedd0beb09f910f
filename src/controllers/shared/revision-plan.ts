/** Which ControllerRevisions an owner's templates need, and which it can do without. Pure. */
import { cloneJson } from '../../lib/deep-equal.ts';
import type {
  ControllerRevision,
  DaemonSet,
  StatefulSet,
} from '../../scheme/generated/types/apps-v1.ts';
import {
  compareRevisions,
  isRevisionOf,
  revisionData,
} from '../../scheme/groups/apps/controller-revisions.ts';
import { controllerReference } from './owner-references.ts';
import { podTemplateHash } from './pod-template-hash.ts';

/** What keeps its templates as ControllerRevisions. */
export type RevisionOwner = DaemonSet | StatefulSet;

/** Kubernetes': what is before the hash in a revision's name is cut off here. */
const MAX_NAME_PREFIX = 223;
const DEFAULT_HISTORY_LIMIT = 10;

export type RevisionPlan =
  /** The newest revision is that of the present template. */
  | { readonly type: 'keep'; readonly update: ControllerRevision }
  /** The owner has gone back to the template of an earlier one, which becomes the newest again. */
  | { readonly type: 'renumber'; readonly update: ControllerRevision; readonly number: number }
  | { readonly type: 'create'; readonly number: number };

/** @param known The owner's revisions, oldest first. */
export function planRevision(
  { spec }: RevisionOwner,
  known: readonly ControllerRevision[],
): RevisionPlan {
  const template = spec?.template ?? {};
  const newest = known.at(-1);
  const number = (newest?.revision ?? 0) + 1;
  const equal = known.findLast((revision) => isRevisionOf(revision, template));
  if (!equal) return { type: 'create', number };
  return equal === newest
    ? { type: 'keep', update: equal }
    : { type: 'renumber', update: equal, number };
}

/** Oldest first. */
export function inOrder(revisions: readonly ControllerRevision[]): readonly ControllerRevision[] {
  return [...revisions].sort(compareRevisions);
}

/** The oldest beyond the owner's limit of those that are no longer in use, oldest first. */
export function superfluousRevisions(
  { spec }: RevisionOwner,
  revisions: readonly ControllerRevision[],
  isInUse: (revision: ControllerRevision) => boolean,
): readonly ControllerRevision[] {
  const limit = spec?.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  const history = revisions.filter((revision) => !isInUse(revision));
  return history.slice(0, Math.max(0, history.length - limit));
}

/** The revision of the owner's present template. */
export function newRevision(
  owner: RevisionOwner,
  number: number,
  options: { readonly hashLabel: string; readonly collisionCount: number | undefined },
): ControllerRevision {
  const template = owner.spec?.template ?? {};
  const hash = podTemplateHash(template, options.collisionCount);
  const { name = '', namespace, annotations } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, MAX_NAME_PREFIX)}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [options.hashLabel]: hash },
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    data: cloneJson(revisionData(template)),
    revision: number,
  };
}
