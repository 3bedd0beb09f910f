/** What a Deployment does that was asked to go back to an earlier revision, as old versions ask it. Pure. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import {
  ANNOTATION_ROLLBACK_TO,
  findRevision,
  isOfTemplate,
  originalTemplate,
  revisionOf,
  rolledBackAnnotations,
} from '../../scheme/groups/apps/deployment-revisions.ts';

const REASON_ROLLED_BACK = 'DeploymentRollback';
const REASON_REVISION_NOT_FOUND = 'DeploymentRollbackRevisionNotFound';
const REASON_TEMPLATE_UNCHANGED = 'DeploymentRollbackTemplateUnchanged';

/** What becomes of the Deployment, which asks for nothing any more, and what is told of it. */
export interface RollbackPlan {
  readonly deployment: Deployment;
  readonly note: EventNote;
}

/** The revision that the Deployment asks for; undefined when it asks for none, or for nothing that can be understood. */
export function requestedRevision({ metadata, spec }: Deployment): number | undefined {
  const text = metadata.annotations?.[ANNOTATION_ROLLBACK_TO];
  if (text === undefined || spec?.paused || metadata.deletionTimestamp) return undefined;
  const revision = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(revision) ? revision : undefined;
}

/** @param replicaSets All of the Deployment, that of its present template included. */
export function planRollbackTo(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  toRevision: number,
): RollbackPlan {
  const target = findRevision(replicaSets, toRevision);
  const cleared = withoutRequest(deployment);
  if (!target) {
    const what = toRevision === 0 ? 'last revision' : 'the revision to rollback to';
    return {
      deployment: cleared,
      note: warning(REASON_REVISION_NOT_FOUND, `Unable to find ${what}.`),
    };
  }
  const { name } = deployment.metadata;
  if (!cleared.spec || isOfTemplate(target, cleared.spec.template)) {
    const message = `The rollback revision contains the same template as current deployment "${name}"`;
    return { deployment: cleared, note: warning(REASON_TEMPLATE_UNCHANGED, message) };
  }
  const annotations = { ...rolledBackAnnotations(cleared, target) };
  return {
    deployment: {
      ...cleared,
      metadata: { ...cleared.metadata, annotations },
      spec: { ...cleared.spec, template: originalTemplate(target) },
    },
    note: {
      type: 'Normal',
      reason: REASON_ROLLED_BACK,
      message: `Rolled back deployment "${name}" to revision ${revisionOf(target)}`,
    },
  };
}

function withoutRequest(deployment: Deployment): Deployment {
  const { [ANNOTATION_ROLLBACK_TO]: _asked, ...annotations } =
    deployment.metadata.annotations ?? {};
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

function warning(reason: string, message: string): EventNote {
  return { type: 'Warning', reason, message };
}
