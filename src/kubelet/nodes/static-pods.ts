/** Pods that a node runs of its own accord, from files of its own, and makes known to the API by mirror Pods. Pure. */
import { createHash } from 'node:crypto';
import type { NewObject } from '../../apiserver/client.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { MIRROR_POD_ANNOTATION } from '../../scheme/groups/core/pod-spec/validate-pod-annotations.ts';
import { ANNOTATION_STATIC_PODS } from '../annotations.ts';
import { ownerReferenceTo } from './node-lease.ts';

const ANNOTATION_HASH = 'kubernetes.io/config.hash';
const ANNOTATION_SOURCE = 'kubernetes.io/config.source';
const SOURCE_FILE = 'file';
const DEFAULT_NAMESPACE = 'default';
const TOLERATE_EVICTION = { operator: 'Exists', effect: 'NoExecute' } as const;

export interface StaticPodPlan {
  readonly create: readonly NewObject<Pod>[];
  readonly remove: readonly Pod[];
}

/**
 * What the node must make known, and what it no longer runs. Undefined when its annotation says nothing, or is no list of Pods.
 * @param pods those on the node
 */
export function planStaticPods(node: Node, pods: readonly Pod[]): StaticPodPlan | undefined {
  const declared = declaredPods(node);
  if (!declared) return undefined;
  const wanted = new Map(
    declared.map((pod) => mirrorOf(pod, node)).map((pod) => [titleOf(pod), pod]),
  );
  const present = new Map(pods.filter(isMirror).map((pod) => [titleOf(pod), pod]));
  return {
    create: [...wanted].filter(([title]) => !present.has(title)).map(([, pod]) => pod),
    remove: [...present].flatMap(([title, pod]) =>
      isOutdated(pod, wanted.get(title)) ? [pod] : [],
    ),
  };
}

function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined;
}

function isOutdated(pod: Pod, wanted: NewObject<Pod> | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const hashOf = (one: Pick<Pod, 'metadata'> | undefined): string | undefined =>
    one?.metadata.annotations?.[MIRROR_POD_ANNOTATION];
  return hashOf(pod) !== hashOf(wanted);
}

function titleOf({ metadata }: Pick<Pod, 'metadata'>): string {
  return `${metadata.namespace}/${metadata.name}`;
}

type Declared = Pick<Pod, 'metadata' | 'spec'>;

function declaredPods({ metadata }: Node): readonly Declared[] | undefined {
  const text = metadata.annotations?.[ANNOTATION_STATIC_PODS];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isPod) ? value : undefined;
  } catch {
    // Ignored: a file that is none is no Pod, as it is to a kubelet.
    return undefined;
  }
}

function isPod(value: unknown): value is Declared {
  const { metadata, spec } = (value ?? {}) as Partial<Declared>;
  return typeof metadata?.name === 'string' && Array.isArray(spec?.containers);
}

function mirrorOf(pod: Declared, node: Node): NewObject<Pod> {
  const { name: nodeName = '' } = node.metadata;
  const hash = createHash('sha256').update(JSON.stringify(pod)).digest('hex').slice(0, 32);
  const { annotations, labels, name, namespace = DEFAULT_NAMESPACE } = pod.metadata;
  return {
    metadata: {
      name: `${name}-${nodeName}`,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: {
        ...annotations,
        [ANNOTATION_HASH]: hash,
        [ANNOTATION_SOURCE]: SOURCE_FILE,
        [MIRROR_POD_ANNOTATION]: hash,
      },
      ownerReferences: [{ ...ownerReferenceTo(node), controller: true }],
    },
    spec: {
      ...pod.spec,
      containers: pod.spec?.containers ?? [],
      nodeName,
      tolerations: [...(pod.spec?.tolerations ?? []), TOLERATE_EVICTION],
    },
  };
}
