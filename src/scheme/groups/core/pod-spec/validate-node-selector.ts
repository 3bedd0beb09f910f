import { type FieldError, forbiddenField, invalid, required } from '../../../field-error.ts';
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
} from '../../../generated/types/core-v1.ts';
import { pushProblems } from '../../../metadata-validation.ts';
import { dnsSubdomainProblems, labelValueProblems } from '../../../names.ts';
import { checkQualifiedName } from '../../checks.ts';

/** A node selector that must match: its label values are judged. */
export function validateNodeSelector(
  { nodeSelectorTerms }: NodeSelector,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.nodeSelectorTerms`;
  if (nodeSelectorTerms.length === 0) {
    errors.push(required(at, 'must have at least one node selector term'));
  }
  nodeSelectorTerms.forEach((term, index) => {
    validateNodeSelectorTerm(term, `${at}[${index}]`, errors, { checksValues: true });
  });
}

/** One term; preferences may name label values that no label can have. */
export function validateNodeSelectorTerm(
  { matchExpressions, matchFields }: NodeSelectorTerm,
  path: string,
  errors: FieldError[],
  { checksValues }: { readonly checksValues: boolean },
): void {
  matchExpressions?.forEach((requirement, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    validateExpression(requirement, at, errors);
    if (!checksValues) return;
    requirement.values?.forEach((value, place) => {
      pushProblems(errors, `${at}.values[${place}]`, value, labelValueProblems(value));
    });
  });
  matchFields?.forEach((requirement, index) => {
    validateField(requirement, `${path}.matchFields[${index}]`, errors);
  });
}

function validateExpression(
  { key, operator, values = [] }: NodeSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  const field = `${path}.values`;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) break;
      errors.push(required(field, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist': {
      if (values.length === 0) break;
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbiddenField(field, detail));
      break;
    }
    case 'Gt':
    case 'Lt':
      if (values.length === 1) break;
      errors.push(
        required(field, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
      );
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  checkQualifiedName(key, `${path}.key`, errors);
}

/** Of a node's fields only its name can be asked for. */
function validateField(
  { key, operator, values = [] }: NodeSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail =
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(`${path}.values`, detail));
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(`${path}.key`, key, 'not a valid field selector key'));
    return;
  }
  values.forEach((value, index) => {
    pushProblems(errors, `${path}.values[${index}]`, value, dnsSubdomainProblems(value));
  });
}
