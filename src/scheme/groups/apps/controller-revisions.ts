/**
 * The revisions of a DaemonSet or StatefulSet: a ControllerRevision for each template that it had. Shared by the controllers
 * that write them and by whoever shows or undoes a rollout.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import type { ControllerRevision } from '../../generated/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../generated/types/core-v1.ts';

/** On Pods: which revision they are of. */
export const LABEL_CONTROLLER_REVISION_HASH = 'controller-revision-hash';

/** What a revision keeps: a strategic merge patch that gives its owner the template of that time. */
type RevisionData = {
  readonly spec: { readonly template: PodTemplateSpec & { readonly $patch: 'replace' } };
};

export function revisionData(template: PodTemplateSpec): RevisionData {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

/** Whether the revision is of that template. */
export function isRevisionOf(
  { data }: Pick<ControllerRevision, 'data'>,
  template: PodTemplateSpec,
): boolean {
  return deepEqual(data, revisionData(template));
}

/** The template that the revision keeps; undefined when it keeps something else. */
export function templateOfRevision({
  data,
}: Pick<ControllerRevision, 'data'>): PodTemplateSpec | undefined {
  const kept = (data as Partial<RevisionData> | undefined)?.spec?.template;
  if (!kept) return undefined;
  const { $patch: _replace, ...template } = kept;
  return template;
}

/** Oldest first. */
export function compareRevisions(a: ControllerRevision, b: ControllerRevision): number {
  const order = a.revision - b.revision;
  if (order !== 0) return order;
  const created = (revision: ControllerRevision) =>
    `${revision.metadata.creationTimestamp} ${revision.metadata.name}`;
  return created(a) < created(b) ? -1 : 1;
}
