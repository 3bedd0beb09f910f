import { type FieldError, forbiddenField, invalid } from '../../field-error.ts';
import type { Service, ServiceSpec } from '../../generated/types/core-v1.ts';
import { isHeadless } from './service-cluster-ips.ts';

const MAY_NOT_CHANGE = 'may not change once set';
const NO_SPEC: ServiceSpec = {};

/** The addresses and families that a Service got are its own; only a second one may come and go. */
export function validateServiceUpdate(next: Service, current: Service): FieldError[] {
  const errors: FieldError[] = [];
  const spec = next.spec ?? NO_SPEC;
  const before = current.spec ?? NO_SPEC;
  if (spec.type !== 'ExternalName' && before.type !== 'ExternalName') {
    const headless = isHeadless(spec);
    const wasHeadless = isHeadless(before);
    if (!headless || !wasHeadless) validateStack(spec, before, 'clusterIPs', errors);
    if (!headless && !wasHeadless) validateStack(spec, before, 'ipFamilies', errors);
  }
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer') {
    validateBalancer(spec, before, errors);
  }
  return errors;
}

const WORDS = { clusterIPs: 'clusterIP', ipFamilies: 'ipFamily' } as const;

function validateStack(
  next: ServiceSpec,
  current: ServiceSpec,
  member: 'clusterIPs' | 'ipFamilies',
  errors: FieldError[],
): void {
  const after: readonly string[] = next[member] ?? [];
  const before: readonly string[] = current[member] ?? [];
  const path = `spec.${member}`;
  if (before.length === after.length) {
    before.forEach((value, index) => {
      if (value !== after[index]) errors.push(invalid(`${path}[${index}]`, after, MAY_NOT_CHANGE));
    });
    return;
  }
  if (before.length > 0 && after.length === 0) {
    errors.push(invalid(`${path}[0]`, after, `primary ${WORDS[member]} can not be unset`));
  } else if (before.length > 0 && before[0] !== after[0]) {
    errors.push(invalid(`${path}[0]`, after, MAY_NOT_CHANGE));
  }
  if (before.length > 1 && after.length === 1 && next.ipFamilyPolicy !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${WORDS[member]}`;
    errors.push(invalid('spec.ipFamilyPolicy', next.ipFamilyPolicy, detail));
  }
}

function validateBalancer(next: ServiceSpec, current: ServiceSpec, errors: FieldError[]): void {
  if (next.loadBalancerClass !== current.loadBalancerClass) {
    errors.push(invalid('spec.loadBalancerClass', next.loadBalancerClass, MAY_NOT_CHANGE));
  }
  const checked = [next, current].every((spec) => spec.externalTrafficPolicy === 'Local');
  if (checked && next.healthCheckNodePort !== current.healthCheckNodePort) {
    errors.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
  }
}
