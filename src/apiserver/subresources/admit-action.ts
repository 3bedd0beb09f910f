import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';
import { type Admission, createAdmission } from '../admission/admission.ts';
import type { Target } from '../client.ts';
import type { WriteScope } from '../registry/write-scope.ts';

/** The body of a POST to a subresource that is an action. */
export interface Action {
  readonly subresource: string;
  /** Of the body: `Binding`, `Eviction`. */
  readonly kind: string;
  readonly body: ApiObject;
}

/** What is admitted of an action is its body, a private copy that knows its place, as a new object of the subresource. */
export function admitAction(
  scope: WriteScope,
  { namespace = '', name }: Target,
  { subresource, kind, body }: Action,
): Admission {
  const metadata: ObjectMeta = { ...body.metadata };
  metadata.name ??= name;
  if (namespace) metadata.namespace = namespace;
  const object = { ...body, kind, metadata };
  const place = { namespace, name };
  return createAdmission(scope, { operation: 'CREATE', subresource, kind, object, place });
}
