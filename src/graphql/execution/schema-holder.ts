import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Scheme } from '../../scheme/scheme.ts';
import type { ServerVersion } from '../generic/server-version.ts';
import { buildSchema } from '../schema/build-schema.ts';
import { type PreparedOperation, prepareOperation } from './compiler.ts';

/** Operations that stay prepared: dashboards and controllers repeat a few; each may hold some 100 kB of code. */
const MAX_PREPARED_DOCUMENTS = 500;

/** One schema with the operations that were prepared for it. */
export class ExecutableSchema {
  readonly schema: GraphQLSchema;
  readonly #prepared = new LRUCache<DocumentNode, Map<string, PreparedOperation>>({
    max: MAX_PREPARED_DOCUMENTS,
  });

  constructor(schema: GraphQLSchema) {
    this.schema = schema;
  }

  /** The operation of this name of a valid document; undefined when it has none. */
  prepare(document: DocumentNode, operationName?: string | null): PreparedOperation | undefined {
    let operations = this.#prepared.get(document);
    if (!operations) {
      operations = new Map();
      this.#prepared.set(document, operations);
    }
    const key = operationName ?? '';
    const known = operations.get(key);
    if (known) return known;
    const prepared = prepareOperation(this.schema, document, operationName);
    if (prepared) operations.set(key, prepared);
    return prepared;
  }
}

export interface SchemaHolderOptions {
  readonly scheme: Scheme;
  readonly version: ServerVersion;
}

/**
 * The schema of what is served now. When the scheme changes, a new one takes its place whole; what runs on the old one,
 * such as open streams, goes on with it.
 */
export class SchemaHolder {
  readonly #options: SchemaHolderOptions;
  readonly #listeners = new Set<(current: ExecutableSchema) => void>();
  #current: ExecutableSchema | undefined;
  #stopListening: (() => void) | undefined;
  #isNoticeDue = false;

  constructor(options: SchemaHolderOptions) {
    this.#options = options;
  }

  get current(): ExecutableSchema {
    this.#current ??= new ExecutableSchema(buildSchema(this.#options));
    return this.#current;
  }

  /** Follows the scheme until {@link stop}. */
  start(): void {
    this.#stopListening ??= this.#options.scheme.onChange(() => {
      this.#current = undefined;
      if (this.#isNoticeDue) return;
      this.#isNoticeDue = true;
      // Several custom resources that come together make one new schema.
      queueMicrotask(() => this.#notify());
    });
  }

  #notify(): void {
    this.#isNoticeDue = false;
    for (const listener of this.#listeners) listener(this.current);
  }

  stop(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  /** Calls `listener` with the present schema and with each that follows, until the returned function is called. */
  subscribe(listener: (current: ExecutableSchema) => void): () => void {
    this.#listeners.add(listener);
    listener(this.current);
    return () => this.#listeners.delete(listener);
  }
}
