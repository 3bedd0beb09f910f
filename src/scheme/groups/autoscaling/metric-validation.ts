/** What an autoscaler may go by. */
import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type {
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../generated/types/autoscaling-v2.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import {
  checkDnsLabel,
  checkPathSegment,
  checkPositive,
  requirePathSegment,
  requireText,
} from '../checks.ts';
import { validateContainerResourceName } from '../core/pod-spec/validate-resources.ts';
import { checkPositiveQuantity } from '../quantity-checks.ts';

type SourceName = Exclude<keyof MetricSpec, 'type'>;

/** The sources by the type that each is of, in the order in which they are judged. */
const SOURCES: readonly (readonly [type: string, member: SourceName])[] = [
  ['Object', 'object'],
  ['External', 'external'],
  ['Pods', 'pods'],
  ['Resource', 'resource'],
  ['ContainerResource', 'containerResource'],
];
const TYPES = SOURCES.map(([type]) => type).sort();
const MUST_BE_POSITIVE = 'must be positive';
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

export function validateMetric(metric: MetricSpec, path: string, errors: FieldError[]): void {
  const { type } = metric;
  if (!requireText(type, `${path}.type`, errors, 'must specify a metric source type')) return;
  if (!TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES));
  const present = SOURCES.map(([, member]) => member).filter((member) => metric[member]);
  const [first] = present;
  if (first) validateSource(metric, first, `${path}.${first}`, errors);
  const expected = SOURCES.find(([name]) => name === type)?.[1];
  if (expected && !metric[expected]) {
    const detail = 'must populate information for the given metric source';
    errors.push(required(`${path}.${expected}`, detail));
  }
  if (present.length === 1) return;
  for (const member of present.filter((one) => one !== expected)) {
    const detail = 'must populate the given metric source only';
    errors.push(forbiddenField(`${path}.${member}`, detail));
  }
}

function validateSource(
  metric: MetricSpec,
  member: SourceName,
  path: string,
  errors: FieldError[],
): void {
  const { object, external, pods, resource, containerResource } = metric;
  const target = `${path}.target`;
  switch (member) {
    case 'object':
      requirePathSegment(object?.describedObject.kind, `${path}.describedObject.kind`, errors);
      requirePathSegment(object?.describedObject.name, `${path}.describedObject.name`, errors);
      validateIdentified(object, path, errors);
      requireEither(
        object?.target,
        target,
        errors,
        'must set either a target value or averageValue',
      );
      break;
    case 'external':
      validateIdentified(external, path, errors);
      validateExternalTarget(external?.target, target, errors);
      break;
    case 'pods':
      validateIdentified(pods, path, errors);
      if (pods?.target.averageValue === undefined) {
        const detail = 'must specify a positive target averageValue';
        errors.push(required(`${target}.averageValue`, detail));
      }
      break;
    case 'resource':
      validateResource(resource, path, errors);
      break;
    case 'containerResource':
      requireContainer(containerResource?.container, `${path}.container`, errors);
      validateResource(containerResource, path, errors);
      if (containerResource?.name) {
        validateContainerResourceName(containerResource.name, `${path}.name`, errors);
      }
  }
}

function requireContainer(name: string | undefined, path: string, errors: FieldError[]): void {
  if (requireText(name, path, errors, 'must specify a container')) {
    checkDnsLabel(name, path, errors);
  }
}

interface Identified {
  readonly metric: MetricIdentifier;
  readonly target: MetricTarget;
}

function validateIdentified(
  source: Identified | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!source) return;
  const { name, selector } = source.metric;
  if (requireText(name, `${path}.metric.name`, errors, 'must specify a metric name')) {
    checkPathSegment(name, `${path}.metric.name`, errors);
  }
  if (selector) validateLabelSelector(selector, `${path}.metric.selector`, errors);
  validateTarget(source.target, `${path}.target`, errors);
}

function validateTarget(target: MetricTarget, path: string, errors: FieldError[]): void {
  const { type, value, averageValue, averageUtilization } = target;
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  else if (!TARGET_TYPES.includes(type)) {
    const detail = 'must be either Utilization, Value, or AverageValue';
    errors.push(invalid(`${path}.type`, type, detail));
  }
  checkPositiveQuantity(value, `${path}.value`, errors, MUST_BE_POSITIVE);
  checkPositiveQuantity(averageValue, `${path}.averageValue`, errors, MUST_BE_POSITIVE);
  checkPositive(averageUtilization, `${path}.averageUtilization`, errors);
}

function requireEither(
  target: MetricTarget | undefined,
  path: string,
  errors: FieldError[],
  detail: string,
): void {
  if (target?.value !== undefined || target?.averageValue !== undefined) return;
  errors.push(required(`${path}.averageValue`, detail));
}

function validateExternalTarget(
  target: MetricTarget | undefined,
  path: string,
  errors: FieldError[],
): void {
  const either = 'must set either a target value for metric or a per-pod target';
  requireEither(target, path, errors, either);
  if (target?.value === undefined || target.averageValue === undefined) return;
  const both = 'may not set both a target value for metric and a per-pod target';
  errors.push(forbiddenField(`${path}.value`, both));
}

function validateResource(
  source: { readonly name: string; readonly target: MetricTarget } | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!source) return;
  const { name, target } = source;
  requireText(name, `${path}.name`, errors, 'must specify a resource name');
  validateTarget(target, `${path}.target`, errors);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(`${path}.target.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    errors.push(forbiddenField(`${path}.target.averageValue`, detail));
  }
}
