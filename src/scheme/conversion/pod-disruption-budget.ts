import { deepEqual } from '../../lib/deep-equal.ts';
import type { LabelSelector } from '../generated/types/meta-v1.ts';
import type { PodDisruptionBudget } from '../generated/types/policy-v1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';

/** The label that Kubernetes sets on no Pod: by it each version spells the selector that its empty one does not mean. */
const LABEL = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';

const byLabel = (operator: 'Exists' | 'DoesNotExist'): LabelSelector => ({
  matchExpressions: [{ key: LABEL, operator }],
});

/** The empty selector of policy/v1beta1 selects no Pod; that of policy/v1 selects all of the namespace. */
export const POD_DISRUPTION_BUDGET_CONVERSION: Conversion = {
  toStorage: (object) =>
    withSelector(object, (selector) => {
      if (isEmpty(selector)) return byLabel('Exists');
      return deepEqual(selector, byLabel('DoesNotExist')) ? {} : selector;
    }),
  fromStorage: (stored) =>
    withSelector(stored, (selector) => {
      if (isEmpty(selector)) return byLabel('DoesNotExist');
      return deepEqual(selector, byLabel('Exists')) ? {} : selector;
    }),
};

function withSelector(
  object: ApiObject,
  change: (selector: LabelSelector) => LabelSelector,
): ApiObject {
  const { spec } = object as PodDisruptionBudget;
  if (!spec?.selector) return object;
  return { ...object, spec: { ...spec, selector: change(spec.selector) } } as ApiObject;
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}
