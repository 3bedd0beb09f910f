/**
 * Turns a schema into a check: closures that judge a value in one pass, in Kubernetes' words.
 *
 * Ratcheting: what an update leaves as it was is not judged anew, so that an object which was stored under an older schema
 * can be changed without being mended as a whole.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Check } from './check.ts';
import { junctorChecks } from './junctor-checks.ts';
import type { OpenApiSchema } from './open-api-schema.ts';
import { enumCheck, numberChecks, stringChecks, typeCheck } from './scalar-checks.ts';
import { listChecks, objectChecks } from './structure-checks.ts';

/** The check of `schema`; undefined where nothing can be wrong. */
export function compileSchema(schema: OpenApiSchema): Check | undefined {
  const checks = [...checksOf(schema)];
  if (checks.length === 0) return undefined;
  const isNullable = schema.nullable === true;
  return (site, errors) => {
    if (isNullable && site.value === null) return;
    if (site.old !== undefined && deepEqual(site.value, site.old)) return;
    for (const check of checks) check(site, errors);
  };
}

function* checksOf(schema: OpenApiSchema): Iterable<Check> {
  const type = typeCheck(schema);
  if (type) yield type;
  yield* junctorChecks(schema, compileSchema);
  yield* stringChecks(schema);
  yield* listChecks(schema, compileSchema);
  yield* numberChecks(schema);
  const oneOfWords = enumCheck(schema);
  if (oneOfWords) yield oneOfWords;
  yield* objectChecks(schema, compileSchema);
}
