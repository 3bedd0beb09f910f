import { type ApiObject, controllerOf } from '../scheme/object.ts';
import {
  INDEX_CONTROLLER_UID,
  INDEX_NAMESPACE,
  INDEX_NODE_NAME,
  type Informer,
} from './informer.ts';

const NO_VALUES: readonly string[] = [];

/** Objects by the uid of their controlling owner: `byIndex(INDEX_CONTROLLER_UID, replicaSet.metadata.uid)`. */
export function addControllerUidIndex<T extends ApiObject>(informer: Informer<T>): void {
  informer.addIndex(INDEX_CONTROLLER_UID, (object) => {
    const controller = controllerOf(object);
    return controller ? [controller.uid] : NO_VALUES;
  });
}

/** Objects by namespace. */
export function addNamespaceIndex<T extends ApiObject>(informer: Informer<T>): void {
  informer.addIndex(INDEX_NAMESPACE, ({ metadata }) =>
    metadata.namespace ? [metadata.namespace] : NO_VALUES,
  );
}

/** Pods by the node that they are bound to; unbound ones under ''. */
export function addNodeNameIndex<T extends ApiObject & { spec?: { nodeName?: string } }>(
  informer: Informer<T>,
): void {
  informer.addIndex(INDEX_NODE_NAME, (object) => [object.spec?.nodeName ?? '']);
}
