/** Where client-side apply, which keeps its own account in an annotation, and server-side apply meet on one object. Pure. */
import type { ApiObject } from '../object.ts';
import { LAST_APPLIED_ANNOTATION, lastApplied, lastAppliedText } from '../patch/last-applied.ts';
import { compareObjects } from './compare.ts';
import { EMPTY_SET, type FieldSet, setOf } from './field-set.ts';
import {
  isSameManager,
  type Manager,
  type ManagerIdentity,
  type Managers,
  setManager,
} from './managers.ts';
import { ownedFields } from './owned-fields.ts';
import { fieldElement } from './path-element.ts';
import type { Structure } from './structure.ts';

/** The applier that goes on with what the same user applied from the client's side: kubectl's default name. */
export const CLIENT_SIDE_TOOL = 'kubectl';

/** Who client-side apply writes as where nobody says otherwise: other tools look for this name. */
export const CLIENT_SIDE_MANAGER = 'kubectl-client-side-apply';

/** kubectl's name for whoever keeps the annotation of client-side apply once server-side apply has taken over. */
const ANNOTATION_KEEPER = 'kubectl-last-applied';

const LAST_APPLIED = setOf([
  ['metadata', 'annotations', LAST_APPLIED_ANNOTATION].map(fieldElement),
]);

/** What the last client-side apply set and the object still says. @throws {ApiError} BadRequest for a broken annotation */
export function agreedSinceLastApply(live: ApiObject, structure: Structure): FieldSet {
  const last = lastApplied(live);
  if (!last) return EMPTY_SET;
  const { changed, removed } = compareObjects(last, live, structure);
  return ownedFields(last, structure).difference(changed).difference(removed);
}

/**
 * Hands what client-side apply owns over to `applier`, as `kubectl apply --server-side` does: what its manifest leaves out is
 * then removed, as the next client-side apply would have. The annotation gets an owner of its own, so that it is kept.
 */
export function upgradeClientSideApply(managers: Managers, applier: ManagerIdentity): Managers {
  const isClientSide = ({ manager, operation, subresource }: Manager): boolean =>
    manager === CLIENT_SIDE_MANAGER && operation === 'Update' && subresource === '';
  const clientSide = managers.filter(isClientSide);
  const [first] = clientSide;
  if (!first) return managers;
  const previous = managers.find((manager) => isSameManager(manager, applier));
  const fields = clientSide.reduce(
    (owned, manager) => owned.union(manager.fields),
    previous?.fields ?? EMPTY_SET,
  );
  const others = managers.filter((manager) => !isClientSide(manager));
  const { time } = previous ?? first;
  const keeper = { ...applier, manager: ANNOTATION_KEEPER, time, fields: LAST_APPLIED };
  const upgraded = { ...applier, time, fields: fields.difference(LAST_APPLIED) };
  return setManager(setManager(others, keeper), upgraded);
}

/** The applied object with its annotation, where it has one, saying what was applied: client-side apply goes on from there. */
export function syncLastApplied(object: ApiObject, configuration: ApiObject): ApiObject {
  const { annotations } = object.metadata;
  if (annotations?.[LAST_APPLIED_ANNOTATION] === undefined) return object;
  const text = lastAppliedText(configuration);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...annotations, [LAST_APPLIED_ANNOTATION]: text },
    },
  };
}
