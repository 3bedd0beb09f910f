/** Which Pods an object selects, and which objects select a Pod, by index: neither question scans all Pods. */
import { deepEqual } from '../../lib/deep-equal.ts';
import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type Informer, type InformerHandler } from '../../machinery/informer.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Labels } from '../../scheme/labels.ts';
import { type ApiObject, keyOf } from '../../scheme/object.ts';

/** Pods by namespace and each of their labels. */
const INDEX_POD_LABELS = 'namespaceAndLabel';
/** Selecting objects by namespace and one label that their selector demands: the rest is compared. */
const INDEX_SELECTOR = 'namespaceAndSelectorLabel';

const NO_VALUES: readonly string[] = [];

export interface SelectedPodsOptions<T extends ApiObject> {
  readonly selecting: Informer<T>;
  readonly pods: Informer<Pod>;
  /** The labels that a selected Pod must have, whatever else; undefined for an object that selects nothing. */
  readonly requiredLabels: (object: T) => Labels | undefined;
  readonly matches: (object: T, labels: Labels | undefined) => boolean;
  /** Whether a change of a Pod that keeps its labels matters to the objects that select it. */
  readonly matters: (previous: Pod, pod: Pod) => boolean;
}

export class SelectedPods<T extends ApiObject> {
  readonly #options: SelectedPodsOptions<T>;

  constructor(options: SelectedPodsOptions<T>) {
    this.#options = options;
    const { pods, selecting, requiredLabels } = options;
    addNamespaceIndex(pods);
    pods.addIndex(INDEX_POD_LABELS, ({ metadata: { namespace, labels } }) =>
      labels ? Object.keys(labels).map((key) => pair(namespace, key, labels[key])) : NO_VALUES,
    );
    selecting.addIndex(INDEX_SELECTOR, (object) => {
      const labels = requiredLabels(object);
      if (!labels) return NO_VALUES;
      const { namespace = '' } = object.metadata;
      const key = Object.keys(labels).sort()[0];
      return [key === undefined ? namespace : pair(namespace, key, labels[key])];
    });
  }

  podsOf(object: T): readonly Pod[] {
    const { matches, pods, requiredLabels } = this.#options;
    const labels = requiredLabels(object);
    if (!labels) return [];
    const { namespace = '' } = object.metadata;
    const keys = Object.keys(labels);
    const candidates =
      keys.length === 0
        ? pods.byIndex(INDEX_NAMESPACE, namespace)
        : keys
            .map((key) => pods.byIndex(INDEX_POD_LABELS, pair(namespace, key, labels[key])))
            .reduce((fewest, some) => (some.length < fewest.length ? some : fewest));
    return candidates.filter((pod) => matches(object, pod.metadata.labels));
  }

  /** The objects that select the Pod. */
  selecting({ metadata: { namespace = '', labels } }: Pod): readonly T[] {
    const { matches, selecting } = this.#options;
    const found: T[] = [];
    const addMatching = (value: string): void => {
      for (const object of selecting.byIndex(INDEX_SELECTOR, value)) {
        if (matches(object, labels)) found.push(object);
      }
    };
    addMatching(namespace);
    for (const key in labels) addMatching(pair(namespace, key, labels[key]));
    return found;
  }

  /**
   * A handler that names each object that a change of a Pod can matter to.
   * @param onSelected Hears of the Pod and of all that select it. @default nobody
   */
  podHandler(
    addKey: (key: string) => void,
    onSelected: (pod: Pod, selecting: readonly T[]) => void = () => undefined,
  ): InformerHandler<Pod> {
    const addSelecting = (pod: Pod): void => {
      const selecting = this.selecting(pod);
      for (const object of selecting) addKey(keyOf(object));
      onSelected(pod, selecting);
    };
    return {
      onAdd: addSelecting,
      onUpdate: (previous, pod) => {
        const isRelabelled = !deepEqual(previous.metadata.labels, pod.metadata.labels);
        if (isRelabelled) addSelecting(previous);
        if (isRelabelled || this.#options.matters(previous, pod)) addSelecting(pod);
      },
      onDelete: addSelecting,
    };
  }
}

function pair(namespace: string | undefined, key: string, value: string | undefined): string {
  return `${namespace}/${key}=${value}`;
}
