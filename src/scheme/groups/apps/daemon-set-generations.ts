/**
 * How often the template of a DaemonSet was another: a number that clients of the first versions knew its Pods by. Revisions
 * have taken its place, but Kubernetes still counts it and still labels Pods with it. All pure.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import type { DaemonSet } from '../../generated/types/apps-v1.ts';

export const ANNOTATION_TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
export const LABEL_TEMPLATE_GENERATION = 'pod-template-generation';

/** 0 for one that is older than the count. */
export function templateGenerationOf({ metadata }: DaemonSet): number {
  const number = Number(metadata.annotations?.[ANNOTATION_TEMPLATE_GENERATION]);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** Begins the count of a new DaemonSet, unless its maker has. */
export function beginTemplateGeneration(daemonSet: DaemonSet): void {
  annotate(daemonSet, Math.max(1, templateGenerationOf(daemonSet)));
}

/** Counts another template. Nobody else may change the count. */
export function countTemplateGeneration(next: DaemonSet, current: DaemonSet): void {
  const isSame = deepEqual(next.spec?.template, current.spec?.template);
  annotate(next, templateGenerationOf(current) + (isSame ? 0 : 1));
}

function annotate({ metadata }: DaemonSet, generation: number): void {
  if (generation === 0) return;
  metadata.annotations = {
    ...metadata.annotations,
    [ANNOTATION_TEMPLATE_GENERATION]: String(generation),
  };
}
