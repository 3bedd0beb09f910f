import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';
import { invertNames, renameFields } from './rename-fields.ts';

/** Fields of an events.k8s.io/v1 Event and what a core/v1 Event, which is stored, calls them. */
const TO_CORE: ReadonlyMap<string, string> = new Map([
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]);
const FROM_CORE = invertNames(TO_CORE);

export const EVENT_CONVERSION: Conversion = {
  toStorage(event) {
    // A core Event always says what it is about, if only with an empty reference.
    return { involvedObject: {}, ...renameFields(event, TO_CORE) } as unknown as ApiObject;
  },
  fromStorage(stored) {
    const { regarding, ...event } = renameFields(stored, FROM_CORE);
    const isEmpty = Object.keys(regarding ?? {}).length === 0;
    return (isEmpty ? event : { ...event, regarding }) as unknown as ApiObject;
  },
};
