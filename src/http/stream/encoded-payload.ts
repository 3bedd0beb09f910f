/** One event of a stream, encoded once for everyone who gets it. */
export interface EncodedPayload {
  /** In UTF-8. */
  readonly bytes: Buffer;
  /** The version of the event: where a subscriber who got it resumes, unless it says what was there already. */
  readonly resourceVersion: string;
  /** Whether the event only says how far the stream has come. */
  readonly isBookmark: boolean;
}

/**
 * What events say: what there was when the watch began, in no order of versions; the changes that it had missed; or what
 * changes now. The first two are finite.
 */
export type StreamPhase = 'present' | 'missed' | 'changes';
