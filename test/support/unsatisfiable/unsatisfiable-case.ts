import type { ApiClient } from '../../../src/apiserver/client.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';

/** A spec that is possible and cannot be satisfied. */
export interface UnsatisfiableCase {
  readonly title: string;
  /** Its namespace. */
  readonly name: string;
  readonly arrange: (client: ApiClient, namespace: string) => Promise<unknown>;
  /** What the object tells by its status. */
  readonly status?: readonly [ref: ResourceRef, expected: object];
  /** Reason and message of an Event. */
  readonly event?: readonly [reason: string, message: RegExp];
  /** Of one key. @default Those of a failing key. */
  readonly maxRuns?: number;
}
