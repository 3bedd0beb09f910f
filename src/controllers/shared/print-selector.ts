import type {
  LabelSelector,
  LabelSelectorRequirement,
} from '../../scheme/generated/types/meta-v1.ts';

/** A selector as Kubernetes puts it into messages, which is as Go prints the structure. Pure. */
export function printSelector(selector: LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const requirements = (selector.matchExpressions ?? []).map(printRequirement).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${pairs}},MatchExpressions:[]LabelSelectorRequirement{${requirements}},}`;
}

function printRequirement({ key, operator, values = [] }: LabelSelectorRequirement): string {
  return `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`;
}
