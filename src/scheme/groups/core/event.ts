import { ageSince } from '../../duration.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { Event, ObjectReference } from '../../generated/types/core-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { checkQualifiedName } from '../checks.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

/** The most that an Event of the newer form has in its action, its reason and the name of who reports. */
export const MAX_WORD_CHARACTERS = 128;
/** The most that it has in its message. */
export const MAX_MESSAGE_CHARACTERS = 1024;

/** Events of old have no eventTime and few rules; those with one are held to the newer ones. */
function validate(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  const { namespace = '' } = event.metadata;
  const { namespace: involved = '' } = event.involvedObject;
  const mismatch = event.eventTime
    ? !involved && !['default', 'kube-system'].includes(namespace)
    : involved !== namespace && !(involved === '' && namespace === 'default');
  if (mismatch) {
    errors.push(invalid('involvedObject.namespace', involved, 'does not match event.namespace'));
  }
  if (event.eventTime) validateNewEvent(event, errors);
  return errors;
}

function validateNewEvent(event: Event, errors: FieldError[]): void {
  const { reportingComponent, message = '' } = event;
  if (!reportingComponent) errors.push(required('reportingController'));
  else checkQualifiedName(reportingComponent, 'reportingController', errors);
  for (const member of ['reportingInstance', 'action', 'reason'] as const) {
    const word = event[member];
    if (!word) errors.push(required(member));
    else if (word.length > MAX_WORD_CHARACTERS) errors.push(atMost(member, MAX_WORD_CHARACTERS));
  }
  if (message.length > MAX_MESSAGE_CHARACTERS) {
    errors.push(atMost('message', MAX_MESSAGE_CHARACTERS));
  }
}

const atMost = (field: string, characters: number): FieldError =>
  invalid(field, '', `can have at most ${characters} characters`);

function firstSeen({ firstTimestamp, eventTime }: Event): string | undefined {
  return firstTimestamp ?? eventTime;
}

/** When the event was last seen. RFC 3339. */
export function lastSeen(event: Event): string | undefined {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event);
}

function target({ kind = '', name }: ObjectReference): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function source({ source: from, reportingComponent, reportingInstance }: Event): string {
  const component = from?.component || reportingComponent || '';
  const instance = from?.component ? from.host : reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}

const involved =
  (
    member: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath',
  ) =>
  ({ involvedObject }: Event): string =>
    involvedObject[member] ?? '';

const printerColumns: readonly PrinterColumn<Event>[] = [
  {
    name: 'Last Seen',
    description: 'How long ago it last happened.',
    cell: (event, now) => ageSince(lastSeen(event), now),
  },
  { name: 'Type', description: 'Whether it is normal.', cell: ({ type }) => type ?? '' },
  { name: 'Reason', description: 'What happened, in a word.', cell: ({ reason }) => reason ?? '' },
  {
    name: 'Object',
    description: 'What it happened to.',
    cell: ({ involvedObject }) => target(involvedObject),
  },
  {
    name: 'Subobject',
    description: 'The part of the object.',
    priority: 1,
    cell: involved('fieldPath'),
  },
  { name: 'Source', description: 'Who tells of it.', priority: 1, cell: source },
  {
    name: 'Message',
    description: 'What happened, in a sentence.',
    cell: ({ message }) => (message ?? '').trim(),
  },
  {
    name: 'First Seen',
    description: 'How long ago it first happened.',
    priority: 1,
    cell: (event, now) => ageSince(firstSeen(event), now),
  },
  {
    name: 'Count',
    description: 'How often it happened.',
    priority: 1,
    cell: ({ series, count }) => series?.count ?? (count || 1),
  },
  {
    name: 'Name',
    format: 'name',
    description: 'The name of the event.',
    priority: 1,
    cell: ({ metadata }) => metadata.name ?? '',
  },
];

/** core/Event. */
export const eventStrategy: KindStrategy<Event> = {
  ...WITHOUT_GENERATION,
  validate,
  selectableFields: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: ({ type }) => type ?? '',
  },
  printerColumns,
};
