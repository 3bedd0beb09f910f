import { type FieldError, forbiddenField, notSupported, required } from '../../field-error.ts';
import type {
  IngressClass,
  IngressClassParametersReference,
} from '../../generated/types/networking-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkDomainPrefixedPath,
  checkMaxBytes,
  requirePathSegment,
} from '../checks.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';

const MAX_CONTROLLER_BYTES = 250;
const SCOPES = ['Cluster', 'Namespace'];

function validate({ spec = {} }: IngressClass): FieldError[] {
  const errors: FieldError[] = [];
  const { controller = '', parameters } = spec;
  checkMaxBytes(controller, MAX_CONTROLLER_BYTES, 'spec.controller', errors);
  checkDomainPrefixedPath(controller, 'spec.controller', errors);
  if (parameters) validateParameters(parameters, 'spec.parameters', errors);
  return errors;
}

function validateParameters(
  { apiGroup, kind, name, scope, namespace }: IngressClassParametersReference,
  path: string,
  errors: FieldError[],
): void {
  if (apiGroup !== undefined) checkDnsSubdomain(apiGroup, `${path}.apiGroup`, errors);
  requirePathSegment(kind, `${path}.kind`, errors);
  requirePathSegment(name, `${path}.name`, errors);
  const field = `${path}.namespace`;
  if (scope === undefined) errors.push(required(`${path}.scope`));
  else if (!SCOPES.includes(scope)) errors.push(notSupported(`${path}.scope`, scope, SCOPES));
  else if (scope === 'Cluster') {
    if (namespace === undefined) return;
    errors.push(forbiddenField(field, "`parameters.scope` is set to 'Cluster'"));
  } else if (namespace === undefined) {
    errors.push(required(field, "`parameters.scope` is set to 'Namespace'"));
  } else {
    checkDnsLabel(namespace, field, errors);
  }
}

function shownParameters({ spec }: IngressClass): string {
  const { apiGroup, kind, name } = spec?.parameters ?? {};
  if (!kind) return NONE;
  return apiGroup ? `${kind}.${apiGroup}/${name}` : `${kind}/${name}`;
}

/** networking.k8s.io/IngressClass. */
export const ingressClassStrategy: KindStrategy<IngressClass> = {
  applyDefaults({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
  },
  validate,
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next?.controller, current?.controller, 'spec.controller', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'Controller',
      description: 'The controller that serves Ingresses of it.',
      cell: ({ spec }) => spec?.controller ?? '',
    },
    {
      name: 'Parameters',
      description: 'Where the controller finds more to read.',
      cell: shownParameters,
    },
    ageColumn,
  ],
};
