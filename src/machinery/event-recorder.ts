import type { ApiClient } from '../apiserver/client.ts';
import type { ApiObject } from '../scheme/object.ts';

/** What Events are written by. */
export type EventClient = Pick<ApiClient, 'create' | 'patch'>;

/** What an object's Event says: `reason` is CamelCase and a constant, `message` is for people. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{nginx}` for an event about a part of the object. */
  readonly fieldPath?: string;
}

/** What an Event in the form of events.k8s.io says. */
export interface ActionNote extends Omit<EventNote, 'fieldPath'> {
  /** What was done or tried, in a word: `Binding`. */
  readonly action: string;
  /** Another object that it is about. */
  readonly related?: ApiObject;
}

/**
 * Records Events about objects, in the background: it never blocks, never throws, groups repeats of the same note into one
 * Event with a count, and writes through the API in the background lane. Of notes that come too often fewer are written:
 * `event-correlator.ts`.
 */
export interface EventRecorder {
  record(regarding: ApiObject, note: EventNote): void;
  /** A recorder whose events come from `component` (and `host`, for kubelets). */
  withSource(component: string, host?: string): EventRecorder;
  /** A recorder that writes by `client`, as whoever that is. */
  withClient(client: EventClient): EventRecorder;
  /** A recorder of Events in the form of events.k8s.io, which `controller` reports. */
  reportingAs(controller: string): ActionRecorder;
}

/** Records Events in the form of events.k8s.io: repeats are in `series`, `event-series-tracker.ts` says when it is written. */
export interface ActionRecorder {
  record(regarding: ApiObject, note: ActionNote): void;
}
