import { type FieldError, invalid, required } from '../../field-error.ts';
import type { ClusterRole, PolicyRule, Role } from '../../generated/types/rbac-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { createdAtColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

function validateRule(
  { verbs, nonResourceURLs = [], apiGroups = [], resources = [], resourceNames = [] }: PolicyRule,
  path: string,
  errors: FieldError[],
  { isNamespaced }: { readonly isNamespaced: boolean },
): void {
  if (verbs.length === 0) {
    errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  }
  if (nonResourceURLs.length === 0) {
    const must = (list: readonly string[], name: string, what: string): void => {
      if (list.length > 0) return;
      errors.push(required(`${path}.${name}`, `resource rules must supply at least one ${what}`));
    };
    must(apiGroups, 'apiGroups', 'api group');
    must(resources, 'resources', 'resource');
    return;
  }
  const field = `${path}.nonResourceURLs`;
  if (isNamespaced) {
    const detail = 'namespaced rules cannot apply to non-resource URLs';
    errors.push(invalid(field, nonResourceURLs, detail));
  }
  if (apiGroups.length + resources.length + resourceNames.length > 0) {
    const detail = 'rules cannot apply to both regular resources and non-resource URLs';
    errors.push(invalid(field, nonResourceURLs, detail));
  }
}

const columns = [nameColumn, createdAtColumn];

/** rbac.authorization.k8s.io/Role. */
export const roleStrategy: KindStrategy<Role> = {
  ...WITHOUT_GENERATION,
  nameRule: 'path-segment',
  validate({ rules = [] }) {
    const errors: FieldError[] = [];
    rules.forEach((rule, index) => {
      validateRule(rule, `rules[${index}]`, errors, { isNamespaced: true });
    });
    return errors;
  },
  printerColumns: columns,
};

/** rbac.authorization.k8s.io/ClusterRole. */
export const clusterRoleStrategy: KindStrategy<ClusterRole> = {
  ...WITHOUT_GENERATION,
  nameRule: 'path-segment',
  validate({ rules, aggregationRule }) {
    const errors: FieldError[] = [];
    // An aggregated role starts without rules: null stands for none.
    rules?.forEach((rule, index) => {
      validateRule(rule, `rules[${index}]`, errors, { isNamespaced: false });
    });
    if (!aggregationRule) return errors;
    const path = 'aggregationRule.clusterRoleSelectors';
    const { clusterRoleSelectors: selectors = [] } = aggregationRule;
    if (selectors.length === 0) {
      const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
      errors.push(required(path, detail));
    }
    selectors.forEach((selector, index) => {
      validateLabelSelector(selector, `${path}[${index}]`, errors);
    });
    return errors;
  },
  printerColumns: columns,
};
