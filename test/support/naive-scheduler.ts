/**
 * Judges placements straight from the objects, by the words of the API's documentation: nothing is remembered, nothing is
 * shared with the scheduler's own code but the types. Slow, and meant to be obvious.
 */
import type {
  Node,
  NodeSelectorTerm,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../src/scheme/generated/types/core-v1.ts';
import type { LabelSelector } from '../../src/scheme/label-selector.ts';

type Labels = Readonly<Record<string, string>>;

export interface PlacedPod {
  readonly pod: Pod;
  readonly node: string;
}

export interface World {
  readonly nodes: readonly Node[];
  readonly placed: readonly PlacedPod[];
  readonly namespaces: Readonly<Record<string, Labels>>;
}

/** The names of the nodes that may take the pod, sorted. */
export function allowedNodes(world: World, pod: Pod): string[] {
  return world.nodes
    .filter((node) => isAllowed(world, pod, node))
    .map(({ metadata }) => metadata.name ?? '')
    .sort();
}

function isAllowed(world: World, pod: Pod, node: Node): boolean {
  return (
    toleratesNode(pod, node) &&
    likesNode(pod, node) &&
    hasRoom(world, pod, node) &&
    hasPorts(world, pod, node) &&
    spreads(world, pod, node) &&
    isNear(world, pod, node) &&
    isAway(world, pod, node) &&
    isWelcome(world, pod, node)
  );
}

const nameOf = (node: Node): string => node.metadata.name ?? '';
const labelsOf = ({ metadata }: Node | Pod): Labels => metadata.labels ?? {};
const podsOn = ({ placed }: World, node: Node): Pod[] =>
  placed.filter((each) => each.node === nameOf(node)).map(({ pod }) => pod);

function toleratesNode(pod: Pod, node: Node): boolean {
  const taints = [...(node.spec?.taints ?? [])];
  if (node.spec?.unschedulable) {
    taints.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
  }
  return taints.every(
    (taint) =>
      taint.effect === 'PreferNoSchedule' ||
      (pod.spec?.tolerations ?? []).some(
        ({ key, operator, value, effect }) =>
          (!effect || effect === taint.effect) &&
          (!key || key === taint.key) &&
          (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
      ),
  );
}

function likesNode(pod: Pod, node: Node): boolean {
  const labels = labelsOf(node);
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => termHolds(term, labels));
}

function termHolds({ matchExpressions = [] }: NodeSelectorTerm, labels: Labels): boolean {
  if (matchExpressions.length === 0) return false;
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    return operator === 'Exists' ? value !== undefined : value === undefined;
  });
}

/** In thousandths; enough for the whole numbers and the `m` that tests use. */
function amount(quantity: string | undefined): number {
  if (!quantity) return 0;
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
}

function asks(pod: Pod, resource: string): number {
  const containers = pod.spec?.containers ?? [];
  return containers.reduce((sum, each) => sum + amount(each.resources?.requests?.[resource]), 0);
}

function hasRoom(world: World, pod: Pod, node: Node): boolean {
  const there = podsOn(world, node);
  const allocatable = node.status?.allocatable ?? {};
  if (there.length + 1 > Number(allocatable.pods ?? 0)) return false;
  const wanted = (pod.spec?.containers ?? []).flatMap(({ resources }) =>
    Object.keys(resources?.requests ?? {}),
  );
  return wanted.every((resource) => {
    const own = asks(pod, resource);
    const taken = there.reduce((sum, each) => sum + asks(each, resource), 0);
    return own === 0 || own + taken <= amount(allocatable[resource]);
  });
}

function portsOf(pod: Pod): { ip: string; port: string }[] {
  return (pod.spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostIP, hostPort, protocol }) => ({
        ip: hostIP ?? '0.0.0.0',
        port: `${protocol ?? 'TCP'}/${hostPort}`,
      })),
  );
}

function hasPorts(world: World, pod: Pod, node: Node): boolean {
  const taken = podsOn(world, node).flatMap(portsOf);
  return portsOf(pod).every(({ ip, port }) =>
    taken.every(
      (other) =>
        other.port !== port || (other.ip !== ip && other.ip !== '0.0.0.0' && ip !== '0.0.0.0'),
    ),
  );
}

function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return termHoldsOrEmpty(selector, labels);
}

function termHoldsOrEmpty({ matchExpressions }: LabelSelector, labels: Labels): boolean {
  if (!matchExpressions?.length) return true;
  return termHolds({ matchExpressions: matchExpressions as never }, labels);
}

function keysAgree(keys: readonly string[] | undefined, own: Labels, other: Labels): boolean {
  return (keys ?? []).every((key) => own[key] === undefined || own[key] === other[key]);
}

function spreads(world: World, pod: Pod, node: Node): boolean {
  const hard = (pod.spec?.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const keys = hard.map(({ topologyKey }) => topologyKey);
  return hard.every((constraint) => skewHolds(world, pod, node, constraint, keys));
}

function skewHolds(
  world: World,
  pod: Pod,
  node: Node,
  constraint: TopologySpreadConstraint,
  keys: readonly string[],
): boolean {
  const { topologyKey, maxSkew, minDomains = 1 } = constraint;
  const domain = labelsOf(node)[topologyKey];
  if (domain === undefined) return false;
  const counts = (other: Pod): boolean =>
    other.metadata.namespace === pod.metadata.namespace &&
    selects(constraint.labelSelector, labelsOf(other)) &&
    keysAgree(constraint.matchLabelKeys, labelsOf(pod), labelsOf(other));
  const perDomain = new Map<string, number>();
  for (const each of world.nodes) {
    if (!keys.every((key) => labelsOf(each)[key] !== undefined)) continue;
    if (constraint.nodeAffinityPolicy !== 'Ignore' && !likesNode(pod, each)) continue;
    const ignoresCordon = { ...each, spec: { ...each.spec, unschedulable: false } };
    if (constraint.nodeTaintsPolicy === 'Honor' && !toleratesNode(pod, ignoresCordon)) continue;
    const name = labelsOf(each)[topologyKey] as string;
    const staying = podsOn(world, each).filter(({ metadata }) => !metadata.deletionTimestamp);
    perDomain.set(name, (perDomain.get(name) ?? 0) + staying.filter(counts).length);
  }
  const least = perDomain.size < minDomains ? 0 : Math.min(...perDomain.values());
  return (perDomain.get(domain) ?? 0) + (counts(pod) ? 1 : 0) - least <= maxSkew;
}

function termSelects(world: World, term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespace = other.metadata.namespace ?? '';
  const named = term.namespaces?.includes(namespace) ?? false;
  const isOwn = !term.namespaces?.length && !term.namespaceSelector;
  const inNamespace =
    named ||
    (isOwn && namespace === owner.metadata.namespace) ||
    (term.namespaceSelector !== undefined &&
      selects(term.namespaceSelector, world.namespaces[namespace] ?? {}));
  const own = labelsOf(owner);
  const differs = (term.mismatchLabelKeys ?? []).every(
    (key) => own[key] === undefined || own[key] !== labelsOf(other)[key],
  );
  return (
    inNamespace &&
    selects(term.labelSelector, labelsOf(other)) &&
    keysAgree(term.matchLabelKeys, own, labelsOf(other)) &&
    differs
  );
}

function sameDomain({ topologyKey }: PodAffinityTerm, a: Node, b: Node): boolean {
  const domain = labelsOf(a)[topologyKey];
  return domain !== undefined && domain === labelsOf(b)[topologyKey];
}

const nodeNamed = ({ nodes }: World, name: string) => nodes.find((node) => nameOf(node) === name);

function isNear(world: World, pod: Pod, node: Node): boolean {
  const terms = pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!terms?.length) return true;
  if (!terms.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined)) return false;
  const matching = world.placed.filter(({ pod: other }) =>
    terms.every((term) => termSelects(world, term, pod, other)),
  );
  const hasNeighbour = terms.every((term) =>
    matching.some((each) => {
      const there = nodeNamed(world, each.node);
      return there !== undefined && sameDomain(term, there, node);
    }),
  );
  if (hasNeighbour) return true;
  const anywhere = matching.some((each) => {
    const there = nodeNamed(world, each.node);
    return there && terms.some(({ topologyKey }) => labelsOf(there)[topologyKey] !== undefined);
  });
  return !anywhere && terms.every((term) => termSelects(world, term, pod, pod));
}

function antiTerms(pod: Pod): readonly PodAffinityTerm[] {
  const { podAntiAffinity } = pod.spec?.affinity ?? {};
  return podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

function isAway(world: World, pod: Pod, node: Node): boolean {
  return antiTerms(pod).every((term) =>
    world.placed.every(({ pod: other, node: name }) => {
      const there = nodeNamed(world, name);
      return !there || !sameDomain(term, there, node) || !termSelects(world, term, pod, other);
    }),
  );
}

function isWelcome(world: World, pod: Pod, node: Node): boolean {
  return world.placed.every(({ pod: other, node: name }) => {
    const there = nodeNamed(world, name);
    return antiTerms(other).every(
      (term) => !there || !sameDomain(term, there, node) || !termSelects(world, term, other, pod),
    );
  });
}
