import { ageSince } from '../../duration.ts';
import type { Event } from '../../generated/types/events-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const lastSeen = ({ series, deprecatedLastTimestamp, eventTime }: Event): string | undefined =>
  series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime;

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
  printerColumns: [
    { name: 'Last Seen', cell: (event, now) => ageSince(lastSeen(event), now) },
    { name: 'Type', cell: ({ type }) => type ?? '' },
    { name: 'Reason', cell: ({ reason }) => reason ?? '' },
    {
      name: 'Object',
      cell: (event) => `${regarding('kind')(event).toLowerCase()}/${regarding('name')(event)}`,
    },
    { name: 'Message', cell: ({ note }) => (note ?? '').trim() },
    { name: 'Name', priority: 1, cell: ({ metadata }) => metadata.name ?? '' },
  ],
};
