import type { NewObject } from '../../apiserver/client.ts';
import { cloneJson } from '../../lib/deep-equal.ts';
import type { Pod, PodTemplateSpec } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { controllerReference } from './owner-references.ts';

/** A Pod of the template, owned by `owner` and shared with nobody: its maker may go on changing it. The API makes its name. */
export function podFromTemplate(
  owner: ApiObject,
  template: PodTemplateSpec | undefined,
): NewObject<Pod> {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(labels ? { labels: { ...labels } } : {}),
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    // The API takes what it is given, and fills defaults in: the template itself must stay as it is.
    spec: cloneJson(template?.spec),
  };
}
