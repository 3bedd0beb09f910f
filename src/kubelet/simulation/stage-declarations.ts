/** A Stage as the annotations that would say the same of a Pod: whoever reads those needs to know nothing of stages. Pure. */
import { formatGoDuration, parseGoDuration } from '../../scheme/duration.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Delay, Stage, StageSpec } from '../../scheme/groups/simulation/types.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';
import {
  ANNOTATION_USAGE_CPU,
  ANNOTATION_USAGE_MEMORY,
} from '../../scheme/usage/container-usage.ts';
import { seedOf } from '../../scheme/usage/wave.ts';
import {
  ANNOTATION_EXIT_AFTER,
  ANNOTATION_EXIT_CODE,
  ANNOTATION_EXIT_REASON,
  ANNOTATION_LIVENESS_PROBE,
  ANNOTATION_LOG,
  ANNOTATION_LOG_EVERY,
  ANNOTATION_POST_START_ERROR,
  ANNOTATION_PRE_STOP_ERROR,
  ANNOTATION_PULL_ERROR,
  ANNOTATION_READINESS_PROBE,
  ANNOTATION_READY,
  ANNOTATION_READY_DELAY,
  ANNOTATION_START_DELAY,
  ANNOTATION_STARTUP_PROBE,
  ANNOTATION_STOP_DELAY,
} from '../annotations.ts';
import { parseOutcomes } from '../status/probe-outcomes.ts';
import { compileDuration, compilePredicate, SimulationProblem } from './expressions.ts';

export type Declarations = Readonly<Record<string, string>>;

export interface CompiledStage {
  readonly name: string;
  readonly group: string | undefined;
  readonly weight: number;
  readonly seed: number;
  /** Throws a SimulationProblem where the Stage's expression fails. */
  matches(pod: Pod, node: Node | undefined): boolean;
  /** Throws as {@link matches}. */
  declare(pod: Pod, node: Node | undefined): Declarations;
}

type Declare = (pod: Pod, node: Node | undefined) => string;
type Entry = readonly [annotation: string, declare: Declare];

/** @throws {SimulationProblem} when the Stage cannot be in effect */
export function compileStage({ metadata, spec }: Stage): CompiledStage {
  const { group, namespaces = [], seed = 0, selector, weight = 1 } = spec;
  const isSelected = selectorMatcher(selector ?? {});
  const holds = compilePredicate(spec.when, 'spec.when');
  const entries = entriesOf(spec, seed);
  return {
    name: metadata.name ?? '',
    group,
    weight,
    seed,
    matches: (pod, node) =>
      (namespaces.length === 0 || namespaces.includes(pod.metadata.namespace ?? '')) &&
      isSelected(pod.metadata.labels ?? {}) &&
      holds(pod, node),
    declare: (pod, node) =>
      Object.fromEntries(entries.map(([name, declare]) => [name, declare(pod, node)])),
  };
}

function entriesOf(spec: StageSpec, seed: number): Entry[] {
  const { exit, log, probes, pull, ready, start, stop, usage } = spec;
  return [
    ...text(ANNOTATION_PULL_ERROR, pull?.error),
    ...delay(ANNOTATION_START_DELAY, start?.delay, 'spec.start.delay', seed),
    ...text(ANNOTATION_POST_START_ERROR, start?.postStartError),
    ...delay(ANNOTATION_READY_DELAY, ready?.delay, 'spec.ready.delay', seed),
    ...text(ANNOTATION_READY, ready?.never ? 'false' : undefined),
    ...probe(ANNOTATION_STARTUP_PROBE, probes?.startup, 'spec.probes.startup'),
    ...probe(ANNOTATION_READINESS_PROBE, probes?.readiness, 'spec.probes.readiness'),
    ...probe(ANNOTATION_LIVENESS_PROBE, probes?.liveness, 'spec.probes.liveness'),
    ...text(ANNOTATION_USAGE_CPU, usage?.cpu),
    ...text(ANNOTATION_USAGE_MEMORY, usage?.memory),
    ...text(ANNOTATION_LOG, log?.lines?.join('\n')),
    ...text(ANNOTATION_LOG_EVERY, log?.every),
    ...(exit ? delay(ANNOTATION_EXIT_AFTER, exit.after ?? {}, 'spec.exit.after', seed) : []),
    ...text(ANNOTATION_EXIT_CODE, exit?.code?.toString()),
    ...text(ANNOTATION_EXIT_REASON, exit?.reason),
    ...delay(ANNOTATION_STOP_DELAY, stop?.delay, 'spec.stop.delay', seed),
    ...text(ANNOTATION_PRE_STOP_ERROR, stop?.preStopError),
  ];
}

function text(annotation: string, value: string | undefined): Entry[] {
  return value === undefined ? [] : [[annotation, () => value]];
}

function probe(annotation: string, value: string | undefined, path: string): Entry[] {
  if (value !== undefined && !parseOutcomes(value)) {
    throw new SimulationProblem(
      `${path}: ${JSON.stringify(value)} does not say what a probe finds: write "pass 1m, fail 30s, pass"`,
    );
  }
  return text(annotation, value);
}

const UINT_32 = 2 ** 32;

function delay(annotation: string, value: Delay | undefined, path: string, seed: number): Entry[] {
  if (!value) return [];
  if (value.expression !== undefined) {
    const durationMs = compileDuration(value.expression, `${path}.expression`);
    return [[annotation, (pod, node) => formatGoDuration(durationMs(pod, node))]];
  }
  const leastMs = parseGoDuration(value.duration ?? '0s') ?? 0;
  const jitterMs = parseGoDuration(value.jitter ?? '0s') ?? 0;
  const declare: Declare = ({ metadata }) => {
    const part = seedOf(`${seed}/${annotation}/${metadata.uid}`) / UINT_32;
    return formatGoDuration(Math.round(leastMs + jitterMs * part));
  };
  return [[annotation, declare]];
}
