import { type FieldError, invalid } from '../../field-error.ts';
import type { NodeSelector } from '../../generated/types/core-v1.ts';
import { checkDnsSubdomain } from '../checks.ts';
import { validateNodeSelector } from '../core/pod-spec/validate-node-selector.ts';

interface NodeChoice {
  readonly nodeName?: string | undefined;
  readonly nodeSelector?: NodeSelector | undefined;
  readonly allNodes?: boolean | undefined;
}

/** Judges each way of saying on which nodes devices can be used, and gives those that were taken. */
export function chosenNodes(
  { nodeName, nodeSelector, allNodes }: NodeChoice,
  path: string,
  errors: FieldError[],
): string[] {
  const chosen: string[] = [];
  if (nodeName === '') {
    const detail = 'must be either unset or set to a non-empty string';
    errors.push(invalid(`${path}.nodeName`, nodeName, detail));
  } else if (nodeName !== undefined) {
    chosen.push('`nodeName`');
    checkDnsSubdomain(nodeName, `${path}.nodeName`, errors);
  }
  if (nodeSelector) {
    chosen.push('`nodeSelector`');
    validateNodeSelector(nodeSelector, `${path}.nodeSelector`, errors);
  }
  if (allNodes) chosen.push('`allNodes`');
  else if (allNodes === false) {
    errors.push(invalid(`${path}.allNodes`, allNodes, 'must be either unset or set to true'));
  }
  return chosen;
}
