import { addNamespaceIndex } from '../../machinery/indexes.ts';
import { INDEX_NAMESPACE, type InformerFactory } from '../../machinery/informer.ts';
import { policyPodDisruptionBudgets } from '../../scheme/generated/resources.ts';
import type { BudgetsIn } from './disruption-budgets.ts';

/** The disruption budgets of the cluster, and a number that changes with each of them. */
export interface Budgets {
  readonly budgetsIn: BudgetsIn;
  readonly version: () => number;
}

export function watchBudgets(informers: InformerFactory): Budgets {
  const informer = informers.informer(policyPodDisruptionBudgets);
  addNamespaceIndex(informer);
  let version = 0;
  const onChange = () => {
    version++;
  };
  informer.addHandler({ onAdd: onChange, onUpdate: onChange, onDelete: onChange });
  return {
    budgetsIn: (namespace) => informer.byIndex(INDEX_NAMESPACE, namespace),
    version: () => version,
  };
}
