import { duplicate, type FieldError } from '../../field-error.ts';
import type { RuntimeClass, Scheduling } from '../../generated/types/node-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable, validateLabels } from '../../metadata-validation.ts';
import { checkDnsLabel } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateResources } from '../core/pod-spec/validate-resources.ts';
import { validateTolerations } from '../core/pod-spec/validate-tolerations.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const NO_CLAIMS: ReadonlySet<string> = new Set();

function validate({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors: FieldError[] = [];
  checkDnsLabel(handler, 'handler', errors);
  if (overhead?.podFixed) {
    const context = { scope: 'container', claimNames: NO_CLAIMS } as const;
    validateResources({ limits: overhead.podFixed }, 'overhead', errors, context);
  }
  if (scheduling) validateScheduling(scheduling, 'scheduling', errors);
  return errors;
}

function validateScheduling(
  { nodeSelector, tolerations = [] }: Scheduling,
  path: string,
  errors: FieldError[],
): void {
  if (nodeSelector) validateLabels(nodeSelector, `${path}.nodeSelector`, errors);
  validateTolerations(tolerations, `${path}.tolerations`, errors);
  const seen = new Set<string>();
  tolerations.forEach((toleration, index) => {
    const { key, operator, value, effect, tolerationSeconds } = toleration;
    const identity = JSON.stringify([key, operator, value, effect, tolerationSeconds]);
    if (seen.has(identity)) errors.push(duplicate(`${path}.tolerations[${index}]`, toleration));
    seen.add(identity);
  });
}

/** node.k8s.io/RuntimeClass. */
export const runtimeClassStrategy: KindStrategy<RuntimeClass> = {
  ...WITHOUT_GENERATION,
  validate,
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    validateImmutable(next.handler, current.handler, 'handler', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'Handler',
      description: 'The handler of the node that runs such Pods.',
      cell: ({ handler }) => handler,
    },
    ageColumn,
  ],
};
