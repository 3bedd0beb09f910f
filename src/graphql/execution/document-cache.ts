import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { createCostRule } from '../limits/cost-rule.ts';
import { parseDocument } from '../limits/parse-document.ts';
import type { QueryLimits } from '../limits/query-limits.ts';
import { REFINEMENT_RULE } from './refinement-rule.ts';

/** Documents longer than this are seldom sent twice and not kept. */
const MAX_CACHED_SOURCE_UNITS = 100_000;
const MAX_CACHED_DOCUMENTS = 1_000;
const CODE_VALIDATION_FAILED = 'GRAPHQL_VALIDATION_FAILED';

export type DocumentResult =
  | { readonly document: DocumentNode; readonly errors?: undefined }
  | { readonly document?: undefined; readonly errors: readonly GraphQLError[] };

export interface DocumentCacheOptions {
  readonly limits: QueryLimits;
  readonly introspection: boolean;
}

/** Parses, measures and validates documents, and remembers those that passed. */
export class DocumentCache {
  readonly #limits: QueryLimits;
  readonly #rules: readonly ValidationRule[];
  readonly #parsed = new LRUCache<string, DocumentNode>({ max: MAX_CACHED_DOCUMENTS });
  readonly #valid = new WeakMap<DocumentNode, GraphQLSchema>();

  constructor({ limits, introspection }: DocumentCacheOptions) {
    this.#limits = limits;
    this.#rules = [
      ...specifiedRules,
      createCostRule(limits.maxCost),
      REFINEMENT_RULE,
      ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    ];
  }

  /** Parses within the limits. @throws {GraphQLError} */
  parse(source: string): DocumentNode {
    const known = this.#parsed.get(source);
    if (known) return known;
    const document = parseDocument(source, this.#limits);
    if (source.length <= MAX_CACHED_SOURCE_UNITS) this.#parsed.set(source, document);
    return document;
  }

  /** A document that is valid under `schema`, or what is wrong with it. */
  validated(schema: GraphQLSchema, source: string): DocumentResult {
    try {
      const document = this.parse(source);
      if (this.#valid.get(document) === schema) return { document };
      const errors = validate(schema, document, this.#rules);
      if (errors.length > 0) return { errors: errors.map(withValidationCode) };
      this.#valid.set(document, schema);
      return { document };
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  }
}

function withValidationCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code) return error;
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { ...error.extensions, code: CODE_VALIDATION_FAILED },
  });
}
