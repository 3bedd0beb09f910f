/** The short form of a Pod's state: what `kubectl get pods` shows in READY, STATUS and RESTARTS. */

import { isConditionTrue } from '../../conditions.ts';
import { humanDuration } from '../../duration.ts';
import type { ContainerStatus, Pod } from '../../generated/types/core-v1.ts';
import { isSidecar } from '../../resources-of-pod.ts';

export interface PodSummary {
  readonly readyContainers: number;
  readonly totalContainers: number;
  /** One word: the phase, or what keeps the Pod from it. */
  readonly reason: string;
  readonly restarts: number;
  /** When a container last ended to be restarted. RFC 3339. */
  readonly lastRestart: string | undefined;
}

const summaries = new WeakMap<Pod, PodSummary>();

/** Computed once a version of a Pod: objects are immutable. */
export function summarizePod(pod: Pod): PodSummary {
  const known = summaries.get(pod);
  if (known) return known;
  const summary = new Summarizer(pod).summarize();
  summaries.set(pod, summary);
  return summary;
}

/** `0`, or `3 (5m ago)`. */
export function formatRestarts({ restarts, lastRestart }: PodSummary, nowMs: number): string {
  if (restarts === 0 || !lastRestart) return `${restarts}`;
  return `${restarts} (${humanDuration(nowMs - Date.parse(lastRestart))} ago)`;
}

const REASON_NODE_LOST = 'NodeLost';
const REASON_GATED = 'SchedulingGated';

interface Restarts {
  count: number;
  last: string | undefined;
}

function countRestarts(restarts: Restarts, { restartCount, lastState }: ContainerStatus): void {
  restarts.count += restartCount;
  const ended = lastState?.terminated?.finishedAt;
  if (ended && (!restarts.last || ended > restarts.last)) restarts.last = ended;
}

class Summarizer {
  readonly #pod: Pod;
  readonly #sidecars: ReadonlySet<string>;
  readonly #ofSidecars: Restarts = { count: 0, last: undefined };
  #restarts: Restarts = { count: 0, last: undefined };
  #ready = 0;
  #reason: string;

  constructor(pod: Pod) {
    this.#pod = pod;
    const sidecars = pod.spec?.initContainers?.filter(isSidecar) ?? [];
    this.#sidecars = new Set(sidecars.map(({ name }) => name));
    this.#reason = this.#reasonOfPod();
  }

  summarize(): PodSummary {
    const { spec, status } = this.#pod;
    const initializing = this.#readInitContainers();
    if (!initializing || isConditionTrue(status?.conditions, 'Initialized')) {
      this.#readContainers();
    }
    return {
      readyContainers: this.#ready,
      totalContainers: (spec?.containers?.length ?? 0) + this.#sidecars.size,
      reason: this.#reasonOfDeletion() ?? this.#reason,
      restarts: this.#restarts.count,
      lastRestart: this.#restarts.last,
    };
  }

  #reasonOfPod(): string {
    const { status } = this.#pod;
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (scheduled?.reason === REASON_GATED) return REASON_GATED;
    return status?.reason || (status?.phase ?? '');
  }

  #reasonOfDeletion(): string | undefined {
    const { metadata, status } = this.#pod;
    if (!metadata.deletionTimestamp) return undefined;
    if (status?.reason === REASON_NODE_LOST) return 'Unknown';
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    return ended ? undefined : 'Terminating';
  }

  /** Reads up to the first init container that is not done. Gives whether there is one. */
  #readInitContainers(): boolean {
    const statuses = this.#pod.status?.initContainerStatuses ?? [];
    for (const [index, status] of statuses.entries()) {
      countRestarts(this.#restarts, status);
      const sidecar = this.#sidecars.has(status.name);
      if (sidecar) countRestarts(this.#ofSidecars, status);
      if (status.state?.terminated?.exitCode === 0) continue;
      if (sidecar && status.started) {
        if (status.ready) this.#ready++;
        continue;
      }
      this.#reason = this.#reasonOfInit(status, index);
      return true;
    }
    return false;
  }

  #reasonOfInit({ state }: ContainerStatus, index: number): string {
    const { terminated, waiting } = state ?? {};
    if (terminated) return `Init:${reasonOfEnd(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${this.#pod.spec?.initContainers?.length ?? 0}`;
  }

  #readContainers(): void {
    this.#restarts = { ...this.#ofSidecars };
    let running = false;
    for (const status of (this.#pod.status?.containerStatuses ?? []).toReversed()) {
      countRestarts(this.#restarts, status);
      const { waiting, terminated } = status.state ?? {};
      if (waiting?.reason) this.#reason = waiting.reason;
      else if (terminated) this.#reason = reasonOfEnd(terminated);
      else if (status.ready && status.state?.running) {
        running = true;
        this.#ready++;
      }
    }
    if (this.#reason !== 'Completed' || !running) return;
    const ready = isConditionTrue(this.#pod.status?.conditions, 'Ready');
    this.#reason = ready ? 'Running' : 'NotReady';
  }
}

function reasonOfEnd(end: { reason?: string; signal?: number; exitCode: number }): string {
  if (end.reason) return end.reason;
  return end.signal ? `Signal:${end.signal}` : `ExitCode:${end.exitCode}`;
}
