import type { GraphQLSchema } from 'graphql';
import { buildSchema } from '../../src/graphql/schema/build-schema.ts';
import { STRATEGIES } from '../../src/scheme/groups/strategies.ts';
import { createScheme, type Scheme } from '../../src/scheme/scheme.ts';

export const TEST_VERSION = {
  gitVersion: 'v1.36.0',
  major: '1',
  minor: '36',
  platform: 'test/test',
  orreryVersion: '0.0.0',
};

/** The scheme of the built-in kinds and its GraphQL schema. @param runtimeConfig default '' */
export function testSchema(runtimeConfig = ''): { scheme: Scheme; schema: GraphQLSchema } {
  const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig });
  return { scheme, schema: buildSchema({ scheme, version: TEST_VERSION }) };
}
