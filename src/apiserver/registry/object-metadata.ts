import { randomUUID } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import { type Random, randomSuffix } from '../../lib/random.ts';
import {
  badRequest,
  conflict,
  type ObjectName,
  OPTIMISTIC_LOCK_MESSAGE,
} from '../../scheme/errors.ts';
import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';
import type { RequestedPlace, Target } from '../client.ts';
import type { ServedResource } from './served-resource.ts';

/** Kubernetes' longest name that is made from a prefix: room for the suffix in a DNS label. */
const MAX_GENERATED_NAME = 63;
const SUFFIX_LENGTH = 5;

/** @throws {ApiError} BadRequest unless a client sent an object, of whatever content */
export function assertIsObject(input: unknown, kind: string): asserts input is ApiObject {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return;
  const got = Array.isArray(input) ? 'a list' : input === null ? 'null' : typeof input;
  throw badRequest(`expected a ${kind} object, got ${got}`);
}

/**
 * Fills in what the system sets on a new object and clears what users cannot set.
 * @throws {ApiError} BadRequest when object and request name different places
 */
export function stampNewMetadata(
  resource: ServedResource,
  { metadata }: ApiObject,
  { place, nowMs, random }: { place: RequestedPlace; nowMs: number; random: Random },
): void {
  if (metadata.resourceVersion) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  settleNamespace(resource, metadata, place.namespace);
  settleName(metadata, place.name);
  if (!metadata.name && metadata.generateName) {
    metadata.name = generateName(metadata.generateName, random);
  }
  metadata.uid = randomUUID();
  metadata.creationTimestamp = toRfc3339(nowMs);
  // What is added here and taken away later would leave the object in the engine's slow form for good.
  if (resource.hasGeneration) metadata.generation = 1;
  else delete metadata.generation;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.managedFields;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
}

export function generateName(prefix: string, random: Random): string {
  return shortened(prefix) + randomSuffix(SUFFIX_LENGTH, random);
}

/** Whether the name may have been made of the prefix. */
export function isGeneratedName(name: string, prefix: string): boolean {
  const start = shortened(prefix);
  return name.startsWith(start) && name.length === start.length + SUFFIX_LENGTH;
}

function shortened(prefix: string): string {
  return prefix.slice(0, MAX_GENERATED_NAME - SUFFIX_LENGTH);
}

function settleNamespace(
  { definition }: ServedResource,
  metadata: ObjectMeta,
  requested: string | undefined,
): void {
  if (!definition.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (!requested) return;
  if (!metadata.namespace) metadata.namespace = requested;
  else if (metadata.namespace !== requested) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request: ${JSON.stringify(metadata.namespace)} is not ${JSON.stringify(requested)}`,
    );
  }
}

function settleName(metadata: ObjectMeta, requested: string | undefined): void {
  if (!requested) return;
  if (!metadata.name) metadata.name = requested;
  else if (metadata.name !== requested) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the request (${requested})`,
    );
  }
}

/** The place that an update is about. @throws {ApiError} BadRequest when object and request disagree, or neither says */
export function targetOf(
  resource: ServedResource,
  { metadata }: ApiObject,
  place: RequestedPlace,
): Required<Target> & { namespace: string } {
  const agreed: ObjectMeta = { ...metadata };
  assertIsText('metadata.namespace', agreed.namespace);
  assertIsText('metadata.name', agreed.name);
  settleNamespace(resource, agreed, place.namespace);
  settleName(agreed, place.name);
  const { namespace, name } = agreed;
  const target = { namespace: namespace ?? '', name: name ?? '' };
  return { namespace: resource.namespaceOf(target), name: target.name };
}

/** The place is read before anything is decoded: it may be of any type still. */
function assertIsText(field: string, value: unknown): void {
  if (value === undefined || value === null || typeof value === 'string') return;
  throw badRequest(
    `${field}: expected a string, got ${Array.isArray(value) ? 'a list' : typeof value}`,
  );
}

export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** @throws {ApiError} Conflict unless `current` is the object, in the version, that the client means */
export function assertPreconditions(
  object: ObjectName,
  { metadata: current }: ApiObject,
  { uid, resourceVersion }: Preconditions,
): void {
  if (uid && uid !== current.uid) {
    throw conflict(
      object,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== current.resourceVersion) {
    throw conflict(object, OPTIMISTIC_LOCK_MESSAGE);
  }
}

/** Carries over what no update may change and what clients need not repeat. `next` is private. */
export function carryOverMetadata(next: ObjectMeta, current: ObjectMeta): void {
  next.name ??= current.name;
  if (current.namespace !== undefined) next.namespace ??= current.namespace;
  carry(next, current, 'uid');
  carry(next, current, 'resourceVersion');
  carry(next, current, 'generation');
  carry(next, current, 'creationTimestamp');
  carry(next, current, 'deletionTimestamp');
  carry(next, current, 'deletionGracePeriodSeconds');
  carry(next, current, 'generateName');
  carry(next, current, 'managedFields');
  delete next.selfLink;
}

function carry<K extends keyof ObjectMeta>(next: ObjectMeta, current: ObjectMeta, field: K): void {
  if (current[field] === undefined) delete next[field];
  else next[field] = current[field];
}
