/** How much one request may ask for. */
export interface QueryLimits {
  /** Bytes of a request's body. @default 16 MiB: big manifests pass; one object may have 1.5 MiB */
  readonly maxBodyBytes: number;
  /** Lexical tokens of a document. @default 20_000 */
  readonly maxTokens: number;
  /** Levels of fields. @default 30; the deepest paths of Kubernetes' kinds have about 15 */
  readonly maxDepth: number;
  /** Fields of an operation, those of fragments as often as they are spread. @default 10_000 */
  readonly maxFields: number;
  /** Aliases of an operation. @default 250 */
  readonly maxAliases: number;
  /** See `cost-rule.ts`. @default 50_000 */
  readonly maxCost: number;
  /** Operations under way on one connection. @default 1_500 */
  readonly maxOperationsPerConnection: number;
}

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  maxBodyBytes: 16 * 1024 * 1024,
  maxTokens: 20_000,
  maxDepth: 30,
  maxFields: 10_000,
  maxAliases: 250,
  maxCost: 50_000,
  maxOperationsPerConnection: 1_500,
};
