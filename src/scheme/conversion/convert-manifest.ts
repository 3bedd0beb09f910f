/** A manifest in another version: what `orrery convert` does, without a server. */
import { didYouMeanHint } from '../../lib/did-you-mean.ts';
import { decodeKind, decodeObject } from '../decode.ts';
import { badRequest } from '../errors.ts';
import { LEGACY_STRATEGIES } from '../groups/legacy/strategies.ts';
import { type ApiObject, parseApiVersion, toApiVersion } from '../object.ts';
import { type ResourceDefinition, storedResource } from '../resource.ts';
import type { Scheme } from '../scheme.ts';
import { fromStorage, toStorage } from './convert.ts';

export interface ConvertedManifest {
  readonly object: ApiObject;
  /** Fields that no version knows. */
  readonly warnings: readonly string[];
  /** Whether the kind exists in the version that was asked for; otherwise the object is as it was. */
  readonly isConverted: boolean;
}

const LEGACY_DEFAULTS = new Map(LEGACY_STRATEGIES);

/**
 * `input` in the version `to`, or where that is undefined in one that is not deprecated. What an old version would fill in
 * otherwise than the new one is filled in, so that both mean the same; all other defaults are left to the server.
 * @throws {ApiError} BadRequest for what is no object of a known kind
 */
export function convertManifest(
  scheme: Scheme,
  input: unknown,
  to: string | undefined,
): ConvertedManifest {
  const definition = decodeKind(scheme, input);
  const { object, warnings } = decodeObject(scheme, definition, input, { fieldValidation: 'Warn' });
  const target =
    to === undefined ? successorOf(scheme, definition) : inVersion(scheme, definition, to);
  if (!target) return { object, warnings, isConverted: false };
  if (target === definition) return { object, warnings, isConverted: true };
  const { group, version, kind } = definition;
  LEGACY_DEFAULTS.get(`${group}/${version}/${kind}`)?.applyDefaults?.(object);
  const converted = fromStorage(scheme, target, toStorage(scheme, definition, object));
  return { object: converted, warnings, isConverted: true };
}

/** The best version of the kind that is not deprecated, in its group or else where it is stored. */
function successorOf(scheme: Scheme, definition: ResourceDefinition): ResourceDefinition {
  if (!definition.deprecation) return definition;
  const { group, resource } = definition;
  const current = scheme.versionsOf(group, resource).find(({ deprecation }) => !deprecation);
  return current ?? scheme.storageOf(definition);
}

/** The kind in another version: of the same group, or of one that shows the same objects. */
function inVersion(
  scheme: Scheme,
  definition: ResourceDefinition,
  to: string,
): ResourceDefinition | undefined {
  const { group, version } = parseApiVersion(to);
  const target = scheme.findByKind(group, version, definition.kind);
  if (!target) return undefined;
  const [one, other] = [storedResource(definition), storedResource(target)];
  return one.group === other.group && one.resource === other.resource ? target : undefined;
}

/** @throws {ApiError} BadRequest when no kind exists in `apiVersion`, with one that is close to it */
export function assertVersionExists(scheme: Scheme, apiVersion: string): void {
  const versions = new Set(scheme.served().map((each) => toApiVersion(each.group, each.version)));
  if (versions.has(apiVersion)) return;
  throw badRequest(
    `no kind exists in version "${apiVersion}"${didYouMeanHint(apiVersion, versions)}`,
  );
}
