import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import { startNotes } from '../notes.ts';
import type { PodStage } from '../stage.ts';
import { runningStatus } from '../status/container-status.ts';

/** Ephemeral containers that have not been started: they are started once, and never again. */
function pendingOf({ metadata, spec, status }: Pod): Container[] {
  if (status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined) return [];
  const started = new Set(status.ephemeralContainerStatuses?.map(({ name }) => name));
  const wanted = (spec?.ephemeralContainers ?? []) as readonly Container[];
  return wanted.filter(({ name }) => !started.has(name));
}

/** A container that is put into a running Pod to look around, as `kubectl debug` does. */
export const podEphemeralStart: PodStage = {
  name: 'pod-ephemeral-start',
  matches: (pod) => pendingOf(pod).length > 0,
  delay: { ms: 50, jitterMs: 50 },
  next: (pod, ctx) => {
    const pending = pendingOf(pod);
    const statuses = pending.map((container) =>
      runningStatus({ kind: 'main', name: container.name, container, status: undefined }, ctx),
    );
    return {
      status: {
        ...pod.status,
        ephemeralContainerStatuses: [
          ...(pod.status?.ephemeralContainerStatuses ?? []),
          ...statuses,
        ],
      },
      events: pending.flatMap((container) =>
        startNotes({ kind: 'ephemeral', name: container.name, container }),
      ),
    };
  },
};
