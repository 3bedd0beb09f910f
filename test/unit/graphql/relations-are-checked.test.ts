import { describe, expect, test } from '@jest/globals';
import { type GraphQLField, isNonNullType, isObjectType } from 'graphql';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { RequestContext } from '../../../src/graphql/request-context.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { ApiError } from '../../../src/scheme/errors.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { testSchema } from '../../support/graphql-schema.ts';

const { schema } = testSchema('api/all=true');

interface ReadingField {
  readonly type: string;
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
}

/** Every field of every type whose value is read from the API: found in the schema, so that none can be forgotten. */
const READING: readonly ReadingField[] = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields())
      .filter(({ extensions }) => extensions.reads === true)
      .map((field) => ({ type: type.name, name: field.name, field })),
  );

const ROOTS = new Set(['Query', ...versionTypes()]);
const RELATIONS = READING.filter(({ type }) => !ROOTS.has(type));

function versionTypes(): string[] {
  const groups = Object.values(schema.getQueryType()?.getFields() ?? {});
  return groups.flatMap(({ type }) => {
    const group = schema.getType(String(type).replaceAll(/[[\]!]/g, ''));
    if (!isObjectType(group) || !group.name.endsWith('Group')) return [];
    return Object.values(group.getFields()).map(({ type: version }) =>
      String(version).replace('!', ''),
    );
  });
}

/** Refuses everything, and counts what it was asked. */
function refusingClient(): { client: ApiClient; calls: string[] } {
  const calls: string[] = [];
  const client = new Proxy({} as ApiClient, {
    get:
      (_, method) =>
      async (ref: { resource: string }): Promise<never> => {
        calls.push(`${String(method)} ${ref.resource}`);
        throw new ApiError('Forbidden', `${ref.resource} is forbidden`);
      },
  });
  return { client, calls };
}

/** An object with something at the other end of each of its relations. */
const OBJECT: ApiObject & { spec: object } = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'uid-of-web',
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true },
    ],
  },
  spec: { nodeName: 'node-1' },
};

test('the schema has the relations that this file means to find', () => {
  const named = (type: string) =>
    RELATIONS.filter((one) => one.type === type).map(({ name }) => name);
  expect(new Set(named('CoreV1Pod'))).toEqual(
    new Set(['owner', 'owners', 'dependents', 'events', 'history', 'node', 'logs', 'scheduling']),
  );
  expect(named('CoreV1Service')).toEqual(expect.arrayContaining(['endpoints', 'endpointSlices']));
  expect(RELATIONS.length).toBeGreaterThan(300);
  expect(READING.length - RELATIONS.length).toBeGreaterThan(100);
});

describe('a field that may not be read can be null, so that it takes nothing with it', () => {
  test.each(READING)('$type $name', ({ field }) => {
    expect(isNonNullType(field.type)).toBe(false);
  });

  test.each(Object.values(schema.getMutationType()?.getFields() ?? {}))(
    'Mutation $name',
    ({ type }) => {
      expect(isNonNullType(type)).toBe(false);
    },
  );
});

describe('whoever may read nothing is refused, and is asked for', () => {
  test.each(RELATIONS)('$type $name', async ({ field }) => {
    const { calls, client } = refusingClient();
    const ctx = new RequestContext({
      user: { name: 'jane', groups: [] },
      client,
      logger: silentLogger,
      now: () => 0,
    });
    const value = await Promise.resolve(
      field.resolve?.(OBJECT, { limit: 20 }, ctx, {} as never),
    ).catch((thrown: unknown) => thrown);
    const answers: readonly unknown[] = Array.isArray(value) ? value : [value];
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) expect(answer).toMatchObject({ reason: 'Forbidden' });
    expect(calls.length).toBeGreaterThan(0);
  });
});
