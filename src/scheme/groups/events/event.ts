import type { Event } from '../../generated/types/events-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const regarding =
  (
    member: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath',
  ) =>
  (event: Event): string =>
    event.regarding?.[member] ?? '';

/** events.k8s.io/Event: the same events as in the core group, under newer names. */
export const eventsEventStrategy: KindStrategy<Event> = {
  ...WITHOUT_GENERATION,
  selectableFields: {
    'regarding.kind': regarding('kind'),
    'regarding.namespace': regarding('namespace'),
    'regarding.name': regarding('name'),
    'regarding.uid': regarding('uid'),
    'regarding.apiVersion': regarding('apiVersion'),
    'regarding.resourceVersion': regarding('resourceVersion'),
    'regarding.fieldPath': regarding('fieldPath'),
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
};
