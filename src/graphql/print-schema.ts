import { lexicographicSortSchema, printSchema } from 'graphql';
import type { Scheme } from '../scheme/scheme.ts';
import { buildSchema } from './schema/build-schema.ts';

const HEADER =
  '# The GraphQL schema of the groups that are served by default. Written by `npm run schema`; do not edit.\n\n';

/** The SDL of what `scheme` serves, in an order that does not depend on how it was built: `schema.graphql`. */
export function printServedSchema(scheme: Scheme): string {
  const version = { gitVersion: '', major: '', minor: '', platform: '', orreryVersion: '' };
  const schema = buildSchema({ scheme, version });
  return `${HEADER}${printSchema(lexicographicSortSchema(schema))}\n`;
}
