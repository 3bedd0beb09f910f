/** Pods that are scheduled together: groups of them, and the workloads that the groups are made for. Both alpha. */
import { type FieldError, invalid, required } from '../../field-error.ts';
import type {
  PodGroup,
  PodGroupResourceClaim,
  PodGroupSchedulingPolicy,
  PodGroupTemplate,
  TypedLocalObjectReference,
  Workload,
} from '../../generated/types/scheduling-v1alpha2.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkMaxItems,
  checkOneOf,
  checkPositive,
  checkUnique,
  requirePathSegment,
  requireText,
} from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { WITH_STATUS_ALONE } from '../status.ts';

const MAX_TEMPLATES = 8;
const MAX_CLAIMS = 4;
const DISRUPTION_MODES = ['Pod', 'PodGroup'];

type Group = Pick<PodGroupTemplate, 'schedulingPolicy' | 'resourceClaims' | 'disruptionMode'>;

/** Judges what groups and templates of groups have in common. */
function validateGroup(group: Group, path: string, errors: FieldError[]): void {
  validatePolicy(group.schedulingPolicy, `${path}.schedulingPolicy`, errors);
  checkOneOf(group.disruptionMode, DISRUPTION_MODES, `${path}.disruptionMode`, errors);
  const claims = group.resourceClaims ?? [];
  checkMaxItems(claims, MAX_CLAIMS, `${path}.resourceClaims`, errors);
  claims.forEach((claim, index) => {
    validateClaim(claim, `${path}.resourceClaims[${index}]`, errors);
  });
  checkUnique(
    claims.map(({ name }) => name),
    (index) => `${path}.resourceClaims[${index}]`,
    errors,
  );
}

function validatePolicy(
  { basic, gang }: PodGroupSchedulingPolicy,
  path: string,
  errors: FieldError[],
): void {
  if (basic && gang) {
    const detail = 'exactly one of `basic`, `gang` is required, but multiple fields are set';
    errors.push(invalid(path, '{`basic`, `gang`}', detail));
  } else if (!basic && !gang) {
    errors.push(invalid(path, '', 'must specify one of: `basic`, `gang`'));
  } else if (gang?.minCount === 0) {
    errors.push(required(`${path}.gang.minCount`));
  } else {
    checkPositive(gang?.minCount, `${path}.gang.minCount`, errors);
  }
}

function validateClaim(
  { name, resourceClaimName: claim, resourceClaimTemplateName: template }: PodGroupResourceClaim,
  path: string,
  errors: FieldError[],
): void {
  checkDnsLabel(name, `${path}.name`, errors);
  if (claim !== undefined) checkDnsSubdomain(claim, `${path}.resourceClaimName`, errors);
  if (template !== undefined) {
    checkDnsSubdomain(template, `${path}.resourceClaimTemplateName`, errors);
  }
  if ((claim === undefined) !== (template === undefined)) return;
  const detail = 'exactly one of `resourceClaimName`, `resourceClaimTemplateName` is required';
  errors.push(invalid(path, name, detail));
}

function validateControllerRef(
  { apiGroup, kind, name }: TypedLocalObjectReference,
  path: string,
  errors: FieldError[],
): void {
  if (apiGroup) checkDnsSubdomain(apiGroup, `${path}.apiGroup`, errors);
  requirePathSegment(kind, `${path}.kind`, errors);
  requirePathSegment(name, `${path}.name`, errors);
}

/** scheduling.k8s.io/Workload. */
export const workloadStrategy: KindStrategy<Workload> = {
  validate({ spec: { controllerRef, podGroupTemplates } }) {
    const errors: FieldError[] = [];
    if (controllerRef) validateControllerRef(controllerRef, 'spec.controllerRef', errors);
    const path = 'spec.podGroupTemplates';
    if (podGroupTemplates.length === 0) errors.push(required(path, 'must have at least one item'));
    checkMaxItems(podGroupTemplates, MAX_TEMPLATES, path, errors);
    podGroupTemplates.forEach((template, index) => {
      const at = `${path}[${index}]`;
      if (requireText(template.name, `${at}.name`, errors)) {
        checkDnsLabel(template.name, `${at}.name`, errors);
      }
      validateGroup(template, at, errors);
    });
    checkUnique(
      podGroupTemplates.map(({ name }) => name),
      (index) => `${path}[${index}]`,
      errors,
    );
    return errors;
  },
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    if (current.controllerRef) {
      validateImmutable(next.controllerRef, current.controllerRef, 'spec.controllerRef', errors);
    }
    const field = 'spec.podGroupTemplates';
    validateImmutable(next.podGroupTemplates, current.podGroupTemplates, field, errors);
    return errors;
  },
  printerColumns: [nameColumn, ageColumn],
};

/** scheduling.k8s.io/PodGroup. */
export const podGroupStrategy: KindStrategy<PodGroup> = {
  ...WITH_STATUS_ALONE,
  applyDefaults({ spec }) {
    if (spec) spec.disruptionMode ??= 'Pod';
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    const reference = spec.podGroupTemplateRef?.workload;
    const path = 'spec.podGroupTemplateRef.workload';
    if (reference) {
      if (requireText(reference.workloadName, `${path}.workloadName`, errors)) {
        checkDnsSubdomain(reference.workloadName, `${path}.workloadName`, errors);
      }
      if (requireText(reference.podGroupTemplateName, `${path}.podGroupTemplateName`, errors)) {
        checkDnsLabel(reference.podGroupTemplateName, `${path}.podGroupTemplateName`, errors);
      }
    }
    validateGroup(spec, 'spec', errors);
    return errors;
  },
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next, current, 'spec', errors);
    return errors;
  },
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    checkConditions(status?.conditions, 'status.conditions', errors);
    return errors;
  },
  printerColumns: [nameColumn, ageColumn],
};
