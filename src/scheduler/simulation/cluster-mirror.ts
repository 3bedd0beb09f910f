import type { InformerFactory } from '../../machinery/informer.ts';
import { coreNamespaces, coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Namespace, Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { isTerminal, toPodInfo } from '../pod-info.ts';
import type { Pace } from './pace.ts';

/** What became of an object last; undefined when it is gone. */
type Changes<T> = Map<string, T | undefined>;

/**
 * Follows nodes, namespaces and pods, and brings a cluster cache up to date when it is asked to: between two such moments the
 * cache stands still, and a change costs next to nothing.
 */
export class ClusterMirror {
  readonly #cache: ClusterCache;
  readonly #nodes: Changes<Node> = new Map();
  readonly #namespaces: Changes<Namespace> = new Map();
  readonly #pods: Changes<Pod> = new Map();

  constructor(cache: ClusterCache, informers: InformerFactory) {
    this.#cache = cache;
    const nameOf = ({ metadata }: ApiObject) => metadata.name ?? '';
    informers.informer(coreNodes).addHandler(handlerOf(this.#nodes, nameOf));
    informers.informer(coreNamespaces).addHandler(handlerOf(this.#namespaces, nameOf));
    const uidOf = ({ metadata }: ApiObject) => metadata.uid ?? '';
    informers.informer(corePods).addHandler(handlerOf(this.#pods, uidOf));
  }

  /** Resolves when the cache shows all that was heard of before. */
  async update(pace: Pace): Promise<void> {
    await drain(this.#namespaces, pace, (name, namespace) =>
      this.#cache.setNamespace(name, namespace && (namespace.metadata.labels ?? {})),
    );
    await drain(this.#nodes, pace, (name, node) => {
      if (node) this.#cache.setNode(node);
      else this.#cache.removeNode(name);
    });
    await drain(this.#pods, pace, (uid, pod) => this.#setPod(uid, pod));
  }

  #setPod(uid: string, pod: Pod | undefined): void {
    const { nominations } = this.#cache;
    if (pod?.spec?.nodeName && !isTerminal(pod)) {
      this.#cache.setPod(pod);
      return;
    }
    this.#cache.removePod(uid);
    const nominated = pod?.status?.nominatedNodeName;
    if (pod && nominated && !isTerminal(pod)) nominations.set(toPodInfo(pod), nominated);
    else nominations.remove(uid);
  }
}

function handlerOf<T extends ApiObject>(changes: Changes<T>, idOf: (object: T) => string) {
  const set = (object: T): void => {
    changes.set(idOf(object), object);
  };
  return {
    onAdd: set,
    onUpdate: (_: T, object: T) => set(object),
    onDelete: (object: T) => {
      changes.set(idOf(object), undefined);
    },
  };
}

async function drain<T>(
  changes: Changes<T>,
  pace: Pace,
  apply: (id: string, object: T | undefined) => void,
): Promise<void> {
  for (const [id, object] of changes) {
    changes.delete(id);
    apply(id, object);
    if (pace.isDue()) await pace.rest();
  }
}
