import type { ConfigurationReader } from '../../../lib/configuration-reader.ts';
import { toError } from '../../../lib/errors.ts';
import { type CompiledExpression, compileExpression } from '../../../scheme/cel/expression.ts';
import { toJson } from '../../../scheme/cel/json.ts';
import {
  BOOL,
  type CelType,
  DYN,
  listOf,
  mapOf,
  objectOf,
  STRING,
} from '../../../scheme/cel/types.ts';
import { unauthorized } from '../../../scheme/errors.ts';
import type { UserInfo } from '../../client.ts';
import type { JwtClaims } from '../jwt.ts';

/** What expressions about a token may read. */
const CLAIMS_VARIABLES = { claims: mapOf(STRING, DYN) };

/** What rules about the user who comes of it may read. */
const USER_VARIABLES = {
  user: objectOf('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: listOf(STRING),
    extra: mapOf(STRING, listOf(STRING)),
  }),
};

const TEXTS: readonly CelType[] = [STRING, listOf(STRING)];

/** Reads the text, or the texts, that a user is made of. */
export interface ClaimReader {
  /** @throws {ApiError} Unauthorized when the expression fails, or gives something else */
  read(claims: JwtClaims): unknown;
  readonly source: string;
  readonly isExpression: boolean;
}

/** Of an expression that answers a text, or with `many` a text or a list of them. */
export function compileClaimReader(
  reader: ConfigurationReader,
  expression: string,
  path: string,
  { many = false } = {},
): ClaimReader | undefined {
  const resultTypes = many ? TEXTS : [STRING];
  const compiled = compile(reader, { expression, path, variables: CLAIMS_VARIABLES, resultTypes });
  if (!compiled) return undefined;
  return {
    source: expression,
    isExpression: true,
    read: (claims) => evaluate(compiled, { claims }, path),
  };
}

/** A condition that must hold. */
export interface Rule {
  /** @throws {ApiError} Unauthorized when it does not */
  check(value: unknown): void;
  readonly source: string;
}

export function compileRule(
  reader: ConfigurationReader,
  variable: 'claims' | 'user',
  { expression, message, path }: { expression: string; message: string | undefined; path: string },
): Rule | undefined {
  const variables = variable === 'claims' ? CLAIMS_VARIABLES : USER_VARIABLES;
  const compiled = compile(reader, { expression, path, variables, resultTypes: [BOOL] });
  if (!compiled) return undefined;
  return {
    source: expression,
    check(value) {
      if (evaluate(compiled, { [variable]: value }, path) === true) return;
      throw unauthorized(message ?? `the rule ${path} does not hold: ${expression}`);
    },
  };
}

/** A user as expressions see one. */
export function userForRules({ name, uid = '', groups, extra = {} }: UserInfo): object {
  return { username: name, uid, groups, extra };
}

interface Source {
  readonly expression: string;
  readonly path: string;
  readonly variables: Readonly<Record<string, CelType>>;
  readonly resultTypes: readonly CelType[];
}

function compile(
  reader: ConfigurationReader,
  { path, ...source }: Source,
): CompiledExpression | undefined {
  const compiled = compileExpression(source);
  if (!('error' in compiled)) return compiled.expression;
  reader.refuse(path, source.expression, compiled.error);
  return undefined;
}

function evaluate(
  expression: CompiledExpression,
  bindings: Readonly<Record<string, unknown>>,
  path: string,
): unknown {
  try {
    return toJson(expression.evaluate(bindings).value);
  } catch (thrown) {
    throw unauthorized(`the expression ${path} fails: ${toError(thrown).message}`);
  }
}
