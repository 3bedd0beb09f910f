import type { TypedDocumentString } from '../generated/operations.ts';

/** What describing queries are asked with; each declares those that it needs. */
export interface DescribeVariables {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** Selects objects of the same name. */
  readonly ownFieldSelector: string;
  /** Selects the events about objects of this name. */
  readonly involvedFieldSelector: string;
}

/** How one kind is described: with one query, and a pure function from its answer to the text. */
export interface Describer {
  /** What users call the kind. Matched without asking the server, so that one query does it all. */
  readonly words: readonly string[];
  /** The resource with version and group: `deployments.v1.apps`. */
  readonly resource: string;
  readonly document: TypedDocumentString<unknown, DescribeVariables>;
  describe(answer: unknown, nowMs: number): string;
}

interface TypedDescriber<Answer> {
  readonly words: readonly string[];
  readonly resource: string;
  readonly document: TypedDocumentString<Answer, DescribeVariables>;
  describe(answer: Answer, nowMs: number): string;
}

/** Ties the type of the document to that of the function. */
export function defineDescriber<Answer>(describer: TypedDescriber<Answer>): Describer {
  return {
    ...describer,
    describe: (answer, nowMs) => describer.describe(answer as Answer, nowMs),
  };
}
