import { type FieldError, forbiddenField, invalid, required } from '../../../field-error.ts';
import type {
  Affinity,
  NodeAffinity,
  PodAffinity,
  PodAffinityTerm,
} from '../../../generated/types/core-v1.ts';
import { type LabelSelector, validateLabelSelector } from '../../../label-selector.ts';
import { checkDnsLabel, checkQualifiedName } from '../../checks.ts';
import { validateNodeSelector, validateNodeSelectorTerm } from './validate-node-selector.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: Affinity, path: string, errors: FieldError[]): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity) validateNodeAffinity(nodeAffinity, `${path}.nodeAffinity`, errors);
  if (podAffinity) validatePodAffinity(podAffinity, `${path}.podAffinity`, errors);
  if (podAntiAffinity) validatePodAffinity(podAntiAffinity, `${path}.podAntiAffinity`, errors);
}

function checkWeight(weight: number, path: string, errors: FieldError[]): void {
  if (weight >= 1 && weight <= 100) return;
  errors.push(invalid(`${path}.weight`, weight, 'must be in the range 1-100'));
}

function validateNodeAffinity(affinity: NodeAffinity, path: string, errors: FieldError[]): void {
  const needed = affinity[REQUIRED];
  if (needed) validateNodeSelector(needed, `${path}.${REQUIRED}`, errors);
  affinity[PREFERRED]?.forEach(({ weight, preference }, index) => {
    const at = `${path}.${PREFERRED}[${index}]`;
    checkWeight(weight, at, errors);
    validateNodeSelectorTerm(preference, `${at}.preference`, errors, { checksValues: false });
  });
}

function validatePodAffinity(affinity: PodAffinity, path: string, errors: FieldError[]): void {
  affinity[REQUIRED]?.forEach((term, index) => {
    validateTerm(term, `${path}.${REQUIRED}[${index}]`, errors);
  });
  affinity[PREFERRED]?.forEach(({ weight, podAffinityTerm }, index) => {
    const at = `${path}.${PREFERRED}[${index}]`;
    checkWeight(weight, at, errors);
    validateTerm(podAffinityTerm, `${at}.podAffinityTerm`, errors);
  });
}

function validateTerm(term: PodAffinityTerm, path: string, errors: FieldError[]): void {
  const { labelSelector, namespaceSelector, namespaces, topologyKey } = term;
  if (labelSelector) validateLabelSelector(labelSelector, `${path}.labelSelector`, errors);
  if (namespaceSelector) {
    validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, errors);
  }
  for (const name of namespaces ?? []) checkDnsLabel(name, `${path}.namespace`, errors);
  checkLabelKeys(term.matchLabelKeys, `${path}.matchLabelKeys`, errors, labelSelector);
  checkLabelKeys(term.mismatchLabelKeys, `${path}.mismatchLabelKeys`, errors, labelSelector);
  term.matchLabelKeys?.forEach((key, index) => {
    if (!term.mismatchLabelKeys?.includes(key)) return;
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalid(`${path}.matchLabelKeys[${index}]`, key, detail));
  });
  if (!topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  checkQualifiedName(topologyKey, `${path}.topologyKey`, errors);
}

/** Keys whose values are taken from the Pod's own labels when it is made. */
function checkLabelKeys(
  keys: readonly string[] | undefined,
  path: string,
  errors: FieldError[],
  selector: LabelSelector | undefined,
): void {
  if (!keys?.length) return;
  if (!selector) {
    errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'));
    return;
  }
  keys.forEach((key, index) => {
    checkQualifiedName(key, `${path}[${index}]`, errors);
  });
}
