import type { HttpServer } from './http-server.ts';

/** A way in: GraphQL, or Kubernetes' REST. One door may stand open on several servers. */
export interface Door {
  /** Makes it ready to answer. */
  start(): Promise<void>;
  /** Adds its routes to a server that does not listen yet. Call it after {@link Door.start}. */
  openOn(server: HttpServer): void;
  /** Ends every stream. The servers are closed by who made them, after this. */
  stop(): Promise<void>;
}
