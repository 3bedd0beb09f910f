import fc from 'fast-check';
import { TYPE_SCHEMAS } from '../../src/scheme/generated/schemas.ts';
import {
  type Applied,
  applyConfiguration,
} from '../../src/scheme/managed-fields/apply-configuration.ts';
import type { Managers } from '../../src/scheme/managed-fields/managers.ts';
import { compileStructure, type Structure } from '../../src/scheme/managed-fields/structure.ts';
import type { Versions } from '../../src/scheme/managed-fields/writes.ts';
import type { ApiObject } from '../../src/scheme/object.ts';

const TYPES = new Map(TYPE_SCHEMAS.map((type) => [type.name, type]));

/** The structure of a built-in type. */
export function structureOfType(name: string): Structure {
  return compileStructure((type) => TYPES.get(type), name);
}

export const DEPLOYMENT_STRUCTURE = structureOfType('io.k8s.api.apps.v1.Deployment');

export const ONE_VERSION: Versions = {
  structure: (apiVersion) => (apiVersion === 'apps/v1' ? DEPLOYMENT_STRUCTURE : undefined),
  convert: (object) => object,
};

export type Body = Record<string, unknown>;

export function deployment(body: Body): ApiObject {
  const { metadata = {}, ...rest } = body as { metadata?: object };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', ...metadata },
    ...rest,
  } as ApiObject;
}

/** An object with its managers, as a sequence of applies leaves it. */
export interface World {
  readonly live: ApiObject | undefined;
  readonly managers: Managers;
}

export const EMPTY_WORLD: World = { live: undefined, managers: [] };

export interface ApplyStep {
  readonly manager: string;
  readonly body: Body;
  /** @default false */
  readonly force?: boolean;
  /** @default '2026-01-01T00:00:00Z' */
  readonly time?: string;
}

/** @throws {ApiError} Conflict */
export function applyTo(world: World, step: ApplyStep): Applied & World {
  const applied = applyConfiguration({
    live: world.live,
    configuration: deployment(step.body),
    managers: world.managers,
    applier: { manager: step.manager, operation: 'Apply', apiVersion: 'apps/v1', subresource: '' },
    time: step.time ?? '2026-01-01T00:00:00Z',
    force: step.force ?? false,
    versions: ONE_VERSION,
  });
  return { ...applied, live: applied.object };
}

const names = fc.constantFrom('a', 'b', 'c', 'd');
const value = fc.constantFrom('1', '2', '3');

const container = (only: fc.Arbitrary<string>) =>
  fc.record(
    {
      name: only,
      image: value,
      args: fc.array(value, { minLength: 1, maxLength: 2 }),
      env: fc.uniqueArray(fc.record({ name: only, value }), {
        selector: ({ name }) => name,
        minLength: 1,
        maxLength: 2,
      }),
      ports: fc.uniqueArray(
        fc.record({
          containerPort: fc.integer({ min: 1, max: 3 }),
          protocol: fc.constantFrom('TCP', 'UDP'),
        }),
        {
          selector: ({ containerPort, protocol }) => `${containerPort}/${protocol}`,
          minLength: 1,
          maxLength: 2,
        },
      ),
      securityContext: fc.record({ runAsUser: fc.nat(2) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['name'] },
  );

/**
 * Configurations of a Deployment, without empty lists, which nobody owns; over a few names, so that they meet: maps, keyed lists, sets, atomic lists and structs.
 */
export function arbitraryBody(only: fc.Arbitrary<string> = names): fc.Arbitrary<Body> {
  const labels = fc.dictionary(only, value, { minKeys: 1, maxKeys: 3 });
  return fc.record(
    {
      metadata: fc.record(
        {
          labels,
          annotations: labels,
          finalizers: fc.uniqueArray(only, { minLength: 1, maxLength: 3 }),
        },
        { requiredKeys: [] },
      ),
      spec: fc.record(
        {
          replicas: fc.nat(3),
          selector: fc.record({ matchLabels: labels }),
          strategy: fc.record({ type: value, rollingUpdate: fc.record({ maxSurge: fc.nat(2) }) }),
          template: fc.record({
            spec: fc.record({
              containers: fc.uniqueArray(container(only), {
                selector: ({ name }) => name,
                minLength: 1,
                maxLength: 3,
              }),
              nodeSelector: labels,
            }),
          }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Body>;
}
