import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
} from '../../field-error.ts';
import type {
  MatchResources,
  MutatingAdmissionPolicyBinding,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../../generated/types/admissionregistration-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { formatLabelSelector, validateLabelSelector } from '../../label-selector.ts';
import { dnsSubdomainProblems, pathSegmentProblems } from '../../names.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';
import { defaultMatchResources, validateMatchResources } from './rules.ts';

const BOTH_DENY_AND_WARN =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';

interface CommonSpec {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

function validateCommon(spec: CommonSpec, errors: FieldError[]): void {
  const { policyName = '', paramRef, matchResources } = spec;
  if (policyName === '') errors.push(required('spec.policyName'));
  else {
    for (const problem of dnsSubdomainProblems(policyName)) {
      errors.push(invalid('spec.policyName', policyName, problem));
    }
  }
  if (paramRef) validateParamRef(paramRef, errors);
  // The binding's namespaces and objects may be fewer than the policy's, and its rules may be none.
  validateMatchResources(matchResources, 'spec.matchResources', errors);
}

function validateParamRef(ref: ParamRef, errors: FieldError[]): void {
  const path = 'spec.paramRef';
  const { name, selector, parameterNotFoundAction } = ref;
  if (name) {
    for (const problem of pathSegmentProblems(name)) {
      errors.push(invalid(`${path}.name`, name, problem));
    }
    if (selector) {
      errors.push(forbiddenField(`${path}.name`, 'name and selector are mutually exclusive'));
    }
  } else if (selector) validateLabelSelector(selector, `${path}.selector`, errors);
  else errors.push(required(path, 'one of name or selector must be specified'));
  if (!parameterNotFoundAction) errors.push(required(`${path}.parameterNotFoundAction`));
}

function validateActions(actions: readonly string[], errors: FieldError[]): void {
  const path = 'spec.validationActions';
  for (const [index, action] of actions.entries()) {
    if (actions.indexOf(action) < index) errors.push(duplicate(`${path}[${index}]`, action));
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    errors.push(invalid(path, actions, BOTH_DENY_AND_WARN));
  }
  if (actions.length === 0) {
    errors.push(required(path, 'at least one validation action is required'));
  }
}

type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

function shownParameters({ spec }: Binding): string {
  const { name, namespace, selector } = spec?.paramRef ?? {};
  if (name) return namespace ? `${namespace}/${name}` : name;
  return selector ? formatLabelSelector(selector) : UNSET;
}

const printerColumns: readonly PrinterColumn<Binding>[] = [
  nameColumn,
  {
    name: 'PolicyName',
    description: 'The policy that it puts to use.',
    cell: ({ spec }) => spec?.policyName ?? '',
  },
  {
    name: 'ParamRef',
    description: 'The parameters that the policy is used with.',
    cell: shownParameters,
  },
  ageColumn,
];

export const validatingAdmissionPolicyBindingStrategy: KindStrategy<ValidatingAdmissionPolicyBinding> =
  {
    applyDefaults: ({ spec }) => defaultMatchResources(spec?.matchResources),
    validate({ spec }) {
      const errors: FieldError[] = [];
      validateCommon(spec, errors);
      validateActions(spec.validationActions, errors);
      return errors;
    },
    printerColumns,
  };

export const mutatingAdmissionPolicyBindingStrategy: KindStrategy<MutatingAdmissionPolicyBinding> =
  {
    applyDefaults: ({ spec }) => defaultMatchResources(spec?.matchResources),
    validate({ spec = {} }) {
      const errors: FieldError[] = [];
      validateCommon(spec, errors);
      return errors;
    },
    printerColumns,
  };
