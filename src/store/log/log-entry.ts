import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectKey } from '../store.ts';

/** What a revision did to its object, as PostgreSQL's `revision_type` and as watchers see it. */
export type RevisionType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One committed change. */
export interface LogEntry {
  readonly type: RevisionType;
  readonly key: ObjectKey;
  /** After the change, with its resourceVersion; for DELETED the last state. Immutable. */
  readonly object: ApiObject;
  readonly version: number;
}

/** A stretch of the log without gaps: every change from `first` to `last` of the resources that were asked for. */
export interface LogBatch {
  readonly first: number;
  readonly last: number;
  readonly entries: readonly LogEntry[];
}
