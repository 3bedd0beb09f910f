/** What `kubectl rollout status` says of DaemonSets and StatefulSets. Pure. */
import type { DaemonSet, StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import { CliError } from '../cli-error.ts';
import type { Progress } from './progress.ts';

/** @throws {CliError} when its Pods are replaced by hand */
export function setProgress(set: DaemonSet | StatefulSet): Progress {
  if (set.spec?.updateStrategy?.type !== 'RollingUpdate') {
    throw new CliError('rollout status is only available for RollingUpdate strategy type');
  }
  if ((set.metadata.generation ?? 0) > (set.status?.observedGeneration ?? 0)) {
    const what = set.kind === 'DaemonSet' ? 'daemon set' : 'statefulset';
    return waiting(`Waiting for ${what} spec update to be observed...`);
  }
  return set.kind === 'DaemonSet' ? daemonSetProgress(set) : statefulSetProgress(set);
}

function daemonSetProgress({ metadata, status }: DaemonSet): Progress {
  const desired = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  const available = status?.numberAvailable ?? 0;
  const start = `Waiting for daemon set "${metadata.name}" rollout to finish:`;
  if (updated < desired) {
    return waiting(`${start} ${updated} out of ${desired} new pods have been updated...`);
  }
  if (available < desired) {
    return waiting(`${start} ${available} of ${desired} updated pods are available...`);
  }
  return done(`daemon set "${metadata.name}" successfully rolled out`);
}

function statefulSetProgress({ spec, status }: StatefulSet): Progress {
  const replicas = spec?.replicas ?? 1;
  const missing = replicas - (status?.readyReplicas ?? 0);
  if (missing > 0) return waiting(`Waiting for ${missing} pods to be ready...`);
  const updated = status?.updatedReplicas ?? 0;
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0) {
    const wanted = Math.max(0, replicas - partition);
    if (updated >= wanted) {
      return done(`partitioned roll out complete: ${updated} new pods have been updated...`);
    }
    const progress = `${updated} out of ${wanted} new pods have been updated`;
    return waiting(`Waiting for partitioned roll out to finish: ${progress}...`);
  }
  const where = `${updated} pods at revision ${status?.updateRevision}`;
  return status?.updateRevision === status?.currentRevision
    ? done(`statefulset rolling update complete ${where}...`)
    : waiting(`waiting for statefulset rolling update to complete ${where}...`);
}

function waiting(message: string): Progress {
  return { message, isDone: false };
}

function done(message: string): Progress {
  return { message, isDone: true };
}
