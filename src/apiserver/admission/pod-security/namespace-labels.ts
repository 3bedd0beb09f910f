import { andThen, type MaybePromise } from '../../../lib/maybe-promise.ts';
import { invalidObject } from '../../../scheme/field-error.ts';
import type { Namespace, Pod } from '../../../scheme/generated/types/core-v1.ts';
import type { AdmissionRequest } from '../plugin.ts';
import { isNoStricter, type LevelVersion, levelVersionText, policyOf } from './policy.ts';
import { reasonsOf, violationsOf } from './standards.ts';

const PODS = { group: '', resource: 'pods' };

/** More would hold up everybody else's requests; the warning says so. */
const MAX_CHECKED_PODS = 3_000;

/** Refuses labels that mean nothing, and warns of Pods that are there and do not meet a stricter standard. */
export function checkNamespace(request: AdmissionRequest): MaybePromise<void> {
  const { object, current, name } = request;
  const next = policyOf((object as Namespace).metadata.labels);
  const before = current && policyOf((current as Namespace).metadata.labels);
  // Labels that were wrong before this change are not its fault.
  if (next.errors.length > 0 && !before?.errors.length) {
    throw invalidObject({ group: '', kind: 'Namespace', name }, next.errors);
  }
  const { enforce } = next.policy;
  if (!before || isNoStricter(enforce, before.policy.enforce)) return;
  return andThen(request.state.open(PODS), (cache) => {
    const { items } = cache.list(name);
    for (const warning of warningsOf(name, enforce, items as readonly Pod[])) request.warn(warning);
  });
}

function warningsOf(namespace: string, enforce: LevelVersion, pods: readonly Pod[]): string[] {
  const checked = pods.slice(0, MAX_CHECKED_PODS);
  const warnings: string[] = [];
  if (checked.length < pods.length) {
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
    );
  }
  const byReason = groupByReasons(checked, enforce);
  if (byReason.size === 0) return warnings;
  const level = JSON.stringify(levelVersionText(enforce));
  warnings.push(
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${level}`,
  );
  const lines = [...byReason].map(([reasons, names]) => `${podsText(names)}: ${reasons}`);
  return [...warnings, ...lines.sort()];
}

function groupByReasons(pods: readonly Pod[], enforce: LevelVersion): Map<string, string[]> {
  const byReason = new Map<string, string[]>();
  for (const { metadata, spec } of pods) {
    if (!spec) continue;
    const violations = violationsOf({ metadata, spec }, enforce);
    if (violations.length === 0) continue;
    const reasons = reasonsOf(violations);
    byReason.set(reasons, [...(byReason.get(reasons) ?? []), metadata.name ?? '']);
  }
  return byReason;
}

/** The first by name stands for all. */
function podsText(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  const others = names.length - 1;
  if (others === 0) return first;
  return `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}
