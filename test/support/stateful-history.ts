import type { WatchSink } from '../../src/apiserver/client.ts';
import type { StatefulSet } from '../../src/scheme/generated/types/apps-v1.ts';
import type { Pod } from '../../src/scheme/generated/types/core-v1.ts';
import type { WatchEvent } from '../../src/scheme/object.ts';

/** What the cluster was between two changes. */
interface State {
  readonly set: StatefulSet | undefined;
  readonly pods: ReadonlyMap<number, Pod>;
}

type Change = WatchEvent<Pod> | WatchEvent<StatefulSet>;

/**
 * Judges the whole history of one StatefulSet whose ordinals start at 0, and of its Pods. The controller is to be right for
 * some state since its last action: what others do while it acts, it cannot know.
 */
export class StatefulHistory {
  readonly #changes: Change[] = [];
  /** The uids of Pods that somebody else deleted. */
  readonly deletedByOthers = new Set<string>();

  readonly #broken: string[] = [];

  /** Writes down what a watch tells. */
  sink<T extends Pod | StatefulSet>(): WatchSink<T> {
    return {
      onEvents: (events) => this.#changes.push(...(events as readonly Change[])),
      onClose: ({ message }) => this.#broken.push(`the history is not whole: ${message}`),
    };
  }

  get podsCreated(): number {
    return this.#changes.filter(({ type, object }) => type === 'ADDED' && object.kind === 'Pod')
      .length;
  }

  /** Each step of the controller that was right for no state since its last one, as a sentence. */
  violations(): readonly string[] {
    const found = [...this.#broken];
    let state: State = { set: undefined, pods: new Map() };
    let window: State[] = [state];
    const inOrder = [...this.#changes].sort((a, b) => versionOf(a) - versionOf(b));
    for (const change of inOrder) {
      const action = this.#actionOf(change, state);
      if (action && !window.some((one) => action.isRight(one))) {
        found.push(`${action.text} at ${versionOf(change)}`);
      }
      state = next(state, change);
      window = action ? [state] : [...window, state];
    }
    return found;
  }

  /** What the controller did, if it was its doing. */
  #actionOf({ type, object }: Change, { pods }: State): Action | undefined {
    if (object.kind !== 'Pod') return undefined;
    const ordinal = ordinalOf(object);
    const known = pods.get(ordinal);
    if (type === 'ADDED') {
      const text = `web-${ordinal} is created${known ? ' while there is another' : ''}`;
      return { text, isRight: (state) => !known && mayCreate(state, ordinal) };
    }
    const isDeletion = type === 'DELETED' || object.metadata.deletionTimestamp !== undefined;
    const isKnown = known?.metadata.deletionTimestamp !== undefined;
    const isOthers = this.deletedByOthers.has(object.metadata.uid ?? '');
    if (!isDeletion || isKnown || isOthers) return undefined;
    return { text: `web-${ordinal} is deleted`, isRight: (state) => mayDelete(state, ordinal) };
  }
}

interface Action {
  readonly text: string;
  readonly isRight: (state: State) => boolean;
}

function versionOf({ object }: Change): number {
  return Number(object.metadata.resourceVersion);
}

function ordinalOf({ metadata }: Pod): number {
  return Number(metadata.name?.slice('web-'.length));
}

function next(state: State, { type, object }: Change): State {
  if (object.kind !== 'Pod') return { ...state, set: object };
  const pods = new Map(state.pods);
  if (type === 'DELETED') pods.delete(ordinalOf(object));
  else pods.set(ordinalOf(object), object);
  return { ...state, pods };
}

function isWell(pod: Pod | undefined): boolean {
  if (pod?.status?.phase !== 'Running' || pod.metadata.deletionTimestamp) return false;
  return (pod.status.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
}

function allWellBelow({ pods }: State, end: number): boolean {
  return Array.from({ length: end }, (_, ordinal) => pods.get(ordinal)).every(isWell);
}

const replicasOf = ({ set }: State): number => set?.spec?.replicas ?? 0;
const imageOf = (pod: Pod | undefined): string | undefined => pod?.spec?.containers[0]?.image;

function mayCreate(state: State, ordinal: number): boolean {
  return ordinal < replicasOf(state) && allWellBelow(state, ordinal) && !state.pods.has(ordinal);
}

function mayDelete(state: State, ordinal: number): boolean {
  const pod = state.pods.get(ordinal);
  if (!pod || pod.metadata.deletionTimestamp) return false;
  const replicas = replicasOf(state);
  const hasEnded = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
  if (hasEnded && ordinal < replicas) return allWellBelow(state, ordinal);
  if (!allWellBelow(state, replicas)) return false;
  const surplus = [...state.pods.keys()].filter((one) => one >= replicas);
  if (ordinal >= replicas) {
    const isTop = ordinal === Math.max(...surplus);
    return (
      isTop &&
      (isWell(pod) || surplus.every((one) => one === ordinal || isWell(state.pods.get(one))))
    );
  }
  const template = state.set?.spec?.template.spec?.containers[0]?.image;
  const above = Array.from({ length: replicas - ordinal - 1 }, (_, i) => ordinal + 1 + i);
  return (
    surplus.length === 0 &&
    imageOf(pod) !== template &&
    above.every((one) => imageOf(state.pods.get(one)) === template)
  );
}
