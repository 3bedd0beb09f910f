/** Reads the arguments of plugins, as KubeSchedulerConfiguration spells them. */
import type { ConfigurationReader } from '../../lib/configuration-reader.ts';
import type { NodeAffinity, NodeSelector } from '../../scheme/generated/types/core-v1.ts';
import type { InterPodAffinityOptions } from '../plugins/inter-pod-affinity.ts';
import type { NodeAffinityOptions } from '../plugins/node-affinity.ts';
import type { NodeResourcesFitOptions } from '../plugins/node-resources-fit.ts';
import type { DefaultConstraint } from '../plugins/pod-topology-spread.ts';
import type { CandidateLimits } from '../preemption/preemption-table.ts';
import {
  CPU_AND_MEMORY,
  MAX_SHAPE_SCORE,
  type ScoredResource,
  type ScoringStrategy,
  type ShapePoint,
} from '../resources/scoring-strategy.ts';
import { choice, duration, integer } from './read-values.ts';

/** What every `args` may have beside its own members. */
const TYPE = ['apiVersion', 'kind'];

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;

export function readFitArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): NodeResourcesFitOptions {
  const known = [...TYPE, 'ignoredResources', 'ignoredResourceGroups', 'scoringStrategy'];
  const args = reader.object(value, path, known);
  const at = `${path}.scoringStrategy`;
  return {
    ignoredResources: reader.texts(args.ignoredResources, `${path}.ignoredResources`),
    ignoredResourceGroups: reader.texts(
      args.ignoredResourceGroups,
      `${path}.ignoredResourceGroups`,
    ),
    ...(args.scoringStrategy
      ? { scoringStrategy: readStrategy(reader, args.scoringStrategy, at) }
      : {}),
  };
}

function readStrategy(reader: ConfigurationReader, value: unknown, path: string): ScoringStrategy {
  const members = reader.object(value, path, ['type', 'resources', 'requestedToCapacityRatio']);
  const type = choice(reader, members.type, `${path}.type`, STRATEGIES) ?? 'LeastAllocated';
  const resources = readResources(reader, members.resources, `${path}.resources`);
  if (type !== 'RequestedToCapacityRatio') return { type, resources };
  const at = `${path}.requestedToCapacityRatio`;
  const { shape } = reader.object(members.requestedToCapacityRatio, at, ['shape']);
  return { type, resources, shape: readShape(reader, shape, `${at}.shape`) };
}

function readResources(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): readonly ScoredResource[] {
  const resources = reader.list(value, path).map((item, index) => {
    const at = `${path}[${index}]`;
    const { name, weight } = reader.object(item, at, ['name', 'weight']);
    return {
      name: reader.requiredText(name, `${at}.name`),
      weight: integer(reader, weight, `${at}.weight`, { min: 1, max: 100 }) ?? 1,
    };
  });
  return resources.length > 0 ? resources : CPU_AND_MEMORY;
}

function readShape(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): readonly ShapePoint[] {
  const points = reader.requiredList(value, path).map((item, index) => {
    const at = `${path}[${index}]`;
    const members = reader.object(item, at, ['utilization', 'score']);
    const limits = { min: 0, max: MAX_SHAPE_SCORE };
    return {
      utilization:
        integer(reader, members.utilization, `${at}.utilization`, { min: 0, max: 100 }) ?? 0,
      score: integer(reader, members.score, `${at}.score`, limits) ?? 0,
    };
  });
  points.forEach(({ utilization }, index) => {
    const before = points[index - 1];
    if (before && before.utilization >= utilization) {
      const detail = 'utilization values must be sorted in increasing order';
      reader.refuse(`${path}[${index}].utilization`, utilization, detail);
    }
  });
  return points;
}

export function readBalancedArgs(reader: ConfigurationReader, value: unknown, path: string) {
  const { resources } = reader.object(value, path, [...TYPE, 'resources']);
  return { resources: readResources(reader, resources, `${path}.resources`) };
}

export function readAffinityArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): Pick<InterPodAffinityOptions, 'hardPodAffinityWeight' | 'ignorePreferredTermsOfExistingPods'> {
  const known = ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'] as const;
  const args = reader.object(value, path, [...TYPE, ...known]);
  const at = `${path}.hardPodAffinityWeight`;
  const ignores = args.ignorePreferredTermsOfExistingPods;
  return {
    hardPodAffinityWeight:
      integer(reader, args.hardPodAffinityWeight, at, { min: 0, max: 100 }) ?? 1,
    ignorePreferredTermsOfExistingPods:
      reader.boolean(ignores, `${path}.ignorePreferredTermsOfExistingPods`) ?? false,
  };
}

export function readNodeAffinityArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): NodeAffinityOptions {
  const { addedAffinity } = reader.object(value, path, [...TYPE, 'addedAffinity']);
  if (!addedAffinity) return {};
  const at = `${path}.addedAffinity`;
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
  const members = reader.object(addedAffinity, at, [REQUIRED, PREFERRED]);
  const required = members[REQUIRED];
  const preferred = reader.list(members[PREFERRED], `${at}.${PREFERRED}`);
  if (required) {
    const { nodeSelectorTerms } = reader.object(required, `${at}.${REQUIRED}`, [
      'nodeSelectorTerms',
    ]);
    reader.requiredList(nodeSelectorTerms, `${at}.${REQUIRED}.nodeSelectorTerms`);
  }
  return {
    addedAffinity: {
      ...(required ? { [REQUIRED]: required as NodeSelector } : {}),
      [PREFERRED]: preferred as NonNullable<NodeAffinity[typeof PREFERRED]>,
    },
  };
}

export function readSpreadArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): { readonly defaultConstraints?: readonly DefaultConstraint[] } {
  const args = reader.object(value, path, [...TYPE, 'defaultConstraints', 'defaultingType']);
  const at = `${path}.defaultingType`;
  const type = choice(reader, args.defaultingType, at, ['System', 'List']) ?? 'System';
  const constraints = reader
    .list(args.defaultConstraints, `${path}.defaultConstraints`)
    .map((item, index) => readConstraint(reader, item, `${path}.defaultConstraints[${index}]`));
  if (type === 'List') return { defaultConstraints: constraints };
  if (constraints.length > 0) {
    const detail = 'when .defaultConstraints are not empty, must be List';
    reader.refuse(at, type, detail);
  }
  return {};
}

function readConstraint(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): DefaultConstraint {
  const known = ['topologyKey', 'whenUnsatisfiable', 'maxSkew', 'minDomains'] as const;
  const members = reader.object(value, path, [...known, 'nodeAffinityPolicy', 'nodeTaintsPolicy']);
  const when = ['DoNotSchedule', 'ScheduleAnyway'] as const;
  const at = `${path}.whenUnsatisfiable`;
  return {
    topologyKey: reader.requiredText(members.topologyKey, `${path}.topologyKey`),
    whenUnsatisfiable: choice(reader, members.whenUnsatisfiable, at, when) ?? 'ScheduleAnyway',
    maxSkew: integer(reader, members.maxSkew, `${path}.maxSkew`, { min: 1 }) ?? 1,
    ...readPolicies(reader, members, path),
  };
}

function readPolicies(
  reader: ConfigurationReader,
  members: Readonly<Record<string, unknown>>,
  path: string,
) {
  const policies = ['Honor', 'Ignore'] as const;
  const minDomains = integer(reader, members.minDomains, `${path}.minDomains`, { min: 1 });
  const affinity = choice(
    reader,
    members.nodeAffinityPolicy,
    `${path}.nodeAffinityPolicy`,
    policies,
  );
  const taints = choice(reader, members.nodeTaintsPolicy, `${path}.nodeTaintsPolicy`, policies);
  return {
    ...(minDomains === undefined ? {} : { minDomains }),
    ...(affinity === undefined ? {} : { nodeAffinityPolicy: affinity }),
    ...(taints === undefined ? {} : { nodeTaintsPolicy: taints }),
  };
}

export function readPreemptionArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): { readonly limits: CandidateLimits } {
  const known = ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute'] as const;
  const args = reader.object(value, path, [...TYPE, ...known]);
  const [percentage, absolute] = known;
  return {
    limits: {
      minCandidateNodesPercentage:
        integer(reader, args[percentage], `${path}.${percentage}`, { min: 0, max: 100 }) ?? 10,
      minCandidateNodesAbsolute:
        integer(reader, args[absolute], `${path}.${absolute}`, { min: 0 }) ?? 100,
    },
  };
}

/** Who names a `shape` wants scores by it. */
export function readVolumeBindingArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): { readonly bindTimeoutSeconds: number; readonly shape: readonly ShapePoint[] | undefined } {
  const args = reader.object(value, path, [...TYPE, 'bindTimeoutSeconds', 'shape']);
  const at = `${path}.bindTimeoutSeconds`;
  return {
    bindTimeoutSeconds: integer(reader, args.bindTimeoutSeconds, at, { min: 0 }) ?? 600,
    shape: args.shape === undefined ? undefined : readShape(reader, args.shape, `${path}.shape`),
  };
}

/** A `filterTimeout` of 0 is none. */
export function readDynamicResourcesArgs(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): { readonly bindingTimeoutMs: number; readonly filterTimeoutMs: number } {
  const args = reader.object(value, path, [...TYPE, 'filterTimeout', 'bindingTimeout']);
  const timeout = (name: 'filterTimeout' | 'bindingTimeout', minMs: number) =>
    duration(reader, args[name], `${path}.${name}`, { minMs });
  return {
    bindingTimeoutMs: timeout('bindingTimeout', 1_000) ?? 600_000,
    filterTimeoutMs: timeout('filterTimeout', 0) ?? 10_000,
  };
}

/** For plugins that have no arguments. */
export function readNoArgs(reader: ConfigurationReader, value: unknown, path: string): object {
  return reader.object(value, path, TYPE);
}
