import { expect } from '@jest/globals';
import { decodeKind, decodeObject, type FieldValidation } from '../../src/scheme/decode.ts';
import type { ApiError } from '../../src/scheme/errors.ts';
import type { ResourceDefinition } from '../../src/scheme/resource.ts';
import { createScheme } from '../../src/scheme/scheme.ts';

/** The built-in kinds without behaviour: decoding needs none. */
export const scheme = createScheme({ strategies: new Map() });

/** The definition of a built-in kind. */
export function kindOf(apiVersion: string, kind: string): ResourceDefinition {
  return decodeKind(scheme, { apiVersion, kind });
}

/** What becomes of `input`, apart from its apiVersion and kind. */
export function decoded(
  definition: ResourceDefinition,
  input: unknown,
  fieldValidation: FieldValidation = 'Strict',
): Record<string, unknown> {
  const { apiVersion, kind, ...rest } = decodeObject(scheme, definition, input, {
    fieldValidation,
  }).object;
  expect(`${apiVersion} ${kind}`).toBe(
    `${definition.group === '' ? '' : `${definition.group}/`}${definition.version} ${definition.kind}`,
  );
  return rest;
}

/** The message of the BadRequest that `attempt` ends in. */
export function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    expect((error as ApiError).reason).toBe('BadRequest');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

/** The message that refuses `input`, without the part that is always the same. */
export function refused(definition: ResourceDefinition, input: unknown): string {
  const message = refusal(() =>
    decodeObject(scheme, definition, input, { fieldValidation: 'Strict' }),
  );
  const { version, kind } = definition;
  return message.replace(`${kind} in version "${version}" cannot be handled as a ${kind}: `, '');
}

export const PODS = kindOf('v1', 'Pod');
export const DEPLOYMENTS = kindOf('apps/v1', 'Deployment');
export const SECRETS = kindOf('v1', 'Secret');
export const CRDS = kindOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
