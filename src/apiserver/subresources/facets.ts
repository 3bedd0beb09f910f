import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { methodNotAllowed } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import { planMainUpdate } from '../registry/main-update.ts';
import type { Plan } from '../registry/plan.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import { planStatusUpdate } from '../registry/status-update.ts';
import type { WriteScope } from '../registry/write-scope.ts';
import { planFinalize } from './namespace-finalize.ts';
import { planEphemeralContainers, planResize } from './pod-part.ts';
import { fromScale, planScale, readScale, SCALE_TYPE, toScaleInput } from './scale.ts';

/** One side of an object that is read and replaced by itself: the whole, its status, its scale. */
export interface Facet {
  /** What clients see, in the version of `resource`, of an object in the storage version. */
  read(resource: ServedResource, object: ApiObject): ApiObject;
  /** What replacing this side of `current` by `input` would store. */
  plan(scope: WriteScope, current: ApiObject, input: ApiObject): MaybePromise<Plan>;
  /** What a configuration of this side says of the whole object, in the version of `resource`. @default itself */
  fromInput?(resource: ServedResource, input: ApiObject): ApiObject;
  /** What {@link plan} takes, of the whole object. @default itself */
  toInput?(object: ApiObject): ApiObject;
  /** The type by which strategic merge patches join it. @default the object's own */
  readonly typeName?: string;
}

const readWhole = (resource: ServedResource, object: ApiObject): ApiObject =>
  resource.fromStorage(object);

const MAIN: Facet = { read: readWhole, plan: planMainUpdate };

// Every scale has its apiVersion and kind, although the type leaves them open.
const readScaleObject: Facet['read'] = (resource, object) =>
  readScale(resource, object) as ApiObject;

const planApproval: Facet['plan'] = (scope, current, input) =>
  planStatusUpdate(scope, current, input, 'approval');

const SCALE: Facet = {
  read: readScaleObject,
  plan: planScale,
  typeName: SCALE_TYPE,
  fromInput: fromScale,
  toInput: toScaleInput,
};

const SUBRESOURCES: ReadonlyMap<string, Facet> = new Map<string, Facet>([
  ['status', { read: readWhole, plan: planStatusUpdate }],
  // Approving a certificate request is writing its status, by other people.
  ['approval', { read: readWhole, plan: planApproval }],
  ['scale', SCALE],
  ['ephemeralcontainers', { read: readWhole, plan: planEphemeralContainers }],
  ['resize', { read: readWhole, plan: planResize }],
  ['finalize', { read: readWhole, plan: planFinalize }],
]);

/** The facet of a subresource; without one, of the object itself. @throws {ApiError} MethodNotAllowed */
export function facetOf({ definition }: ServedResource, subresource: string | undefined): Facet {
  if (subresource === undefined) return MAIN;
  const facet = SUBRESOURCES.get(subresource);
  const isDefined = definition.subresources.some(({ name }) => name === subresource);
  if (facet && isDefined) return facet;
  throw methodNotAllowed(
    `the subresource ${qualifiedName(definition)}/${subresource} is not ${isDefined ? 'served yet' : 'known'}`,
  );
}
