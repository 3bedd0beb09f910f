/** What `kubectl rollout status` says of a Deployment. Pure. */
import { CliError } from '../cli-error.ts';

export const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';
const CONDITION_PROGRESSING = 'Progressing';
const REASON_TIMED_OUT = 'ProgressDeadlineExceeded';

/** What counts of a Deployment. */
export interface ProgressFacts {
  readonly metadata: {
    readonly name: string | null;
    readonly generation: number | null;
    readonly annotations: Readonly<Record<string, string>> | null;
  };
  readonly spec: { readonly replicas: number | null } | null;
  readonly status: {
    readonly observedGeneration: number | null;
    readonly replicas: number | null;
    readonly updatedReplicas: number | null;
    readonly availableReplicas: number | null;
    readonly conditions:
      | readonly { readonly type: string; readonly reason: string | null }[]
      | null;
  } | null;
}

export interface Progress {
  readonly message: string;
  readonly isDone: boolean;
}

/** @throws {CliError} when the rollout is past its deadline */
export function rolloutProgress({ metadata, spec, status }: ProgressFacts): Progress {
  const name = metadata.name ?? '';
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) {
    return { message: 'Waiting for deployment spec update to be observed...', isDone: false };
  }
  const progressing = status?.conditions?.find(({ type }) => type === CONDITION_PROGRESSING);
  if (progressing?.reason === REASON_TIMED_OUT) {
    throw new CliError(`deployment "${name}" exceeded its progress deadline`);
  }
  const remaining = remainingWork({
    wanted: spec?.replicas ?? 1,
    total: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
  });
  return remaining
    ? {
        message: `Waiting for deployment "${name}" rollout to finish: ${remaining}...`,
        isDone: false,
      }
    : { message: `deployment "${name}" successfully rolled out`, isDone: true };
}

interface Counts {
  readonly wanted: number;
  readonly total: number;
  readonly updated: number;
  readonly available: number;
}

function remainingWork({ wanted, total, updated, available }: Counts): string | undefined {
  if (updated < wanted) return `${updated} out of ${wanted} new replicas have been updated`;
  if (total > updated) return `${total - updated} old replicas are pending termination`;
  if (available < updated) return `${available} of ${updated} updated replicas are available`;
  return undefined;
}

/** The revision that is rolled out; 0 when none is recorded yet. */
export function revisionOf({
  metadata,
}: {
  metadata: Pick<ProgressFacts['metadata'], 'annotations'>;
}): number {
  return Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0);
}
