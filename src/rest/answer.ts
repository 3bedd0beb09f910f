import type { ByteSink, HttpAnswer } from '../lib/container-streams.ts';
import type { ApiObject, ObjectList } from '../scheme/object.ts';
import type { RestRequest } from './rest-request.ts';

/** What a verb answers. How it is written is settled before anything is done, see `negotiate.ts`. */
export type Answer =
  | { readonly type: 'object'; readonly code: number; readonly object: ApiObject }
  | { readonly type: 'list'; readonly list: ObjectList }
  /** No object of the resource: a Status. */
  | { readonly type: 'other'; readonly code: number; readonly value: object }
  | { readonly type: 'text'; readonly text: string }
  /** A text that goes on. `write` ends when there is no more, or `signal` aborts: nobody reads it any more. */
  | {
      readonly type: 'stream';
      readonly write: (output: ByteSink, signal: AbortSignal) => Promise<void>;
    }
  /** What somebody else has answered. */
  | { readonly type: 'proxied'; readonly answer: HttpAnswer };

/** What does one verb of a resource. */
export type VerbHandler = (request: RestRequest) => Promise<Answer>;

export function objectAnswer(object: ApiObject, code = 200): Answer {
  return { type: 'object', code, object };
}
