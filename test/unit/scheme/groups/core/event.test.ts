import { describe, expect, test } from '@jest/globals';
import type { Event } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { eventStrategy } from '../../../../../src/scheme/groups/core/event.ts';
import { columnsOf, errorsOnCreate, rowOf, withMembers } from '../harness.ts';

const SCHEDULED: Event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: 'default' },
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
  type: 'Normal',
  reason: 'Scheduled',
  message: 'Successfully assigned default/web to node-1\n',
  source: { component: 'default-scheduler' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:08:00Z',
  count: 3,
};
const NEW: Event = withMembers(SCHEDULED, {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingComponent: 'default-scheduler',
  reportingInstance: 'scheduler-1',
  action: 'Binding',
  source: undefined,
  firstTimestamp: undefined,
  lastTimestamp: undefined,
});

test('events of both forms are valid', () => {
  expect(errorsOnCreate(eventStrategy, SCHEDULED)).toEqual([]);
  expect(errorsOnCreate(eventStrategy, NEW)).toEqual([]);
});

describe('an event is about an object of its own namespace', () => {
  test.each<[string, string, boolean]>([
    ['default', 'default', true],
    ['default', 'other', false],
    ['default', '', true],
    ['other', '', false],
  ])('in %s about an object in %p: %p', (namespace, involved, valid) => {
    const event = withMembers(SCHEDULED, {
      'metadata.namespace': namespace,
      'involvedObject.namespace': involved,
    });
    expect(errorsOnCreate(eventStrategy, event)).toEqual(
      valid
        ? []
        : [
            `involvedObject.namespace: Invalid value: "${involved}": does not match event.namespace`,
          ],
    );
  });

  test('or, with an event time, of the cluster', () => {
    const event = (namespace: string) =>
      withMembers(NEW, { 'metadata.namespace': namespace, 'involvedObject.namespace': undefined });
    expect(errorsOnCreate(eventStrategy, event('kube-system'))).toEqual([]);
    expect(errorsOnCreate(eventStrategy, event('other'))).toHaveLength(1);
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['who reports', { reportingComponent: undefined }, 'reportingController: Required value'],
  ['which instance', { reportingInstance: undefined }, 'reportingInstance: Required value'],
  ['the action', { action: undefined }, 'action: Required value'],
  ['the reason', { reason: undefined }, 'reason: Required value'],
  [
    'a short reason',
    { reason: 'x'.repeat(129) },
    'reason: Invalid value: "": can have at most 128 characters',
  ],
  [
    'a short message',
    { message: 'x'.repeat(1025) },
    'message: Invalid value: "": can have at most 1024 characters',
  ],
])('an event of the newer form says %s', (_, members, message) => {
  expect(errorsOnCreate(eventStrategy, withMembers(NEW, members)).join('\n')).toContain(message);
});

describe('an event is shown as kubectl shows it', () => {
  test('in its columns', () => {
    expect(columnsOf(eventStrategy)).toEqual({
      shown: ['Last Seen', 'Type', 'Reason', 'Object', 'Message'],
      wide: ['Subobject', 'Source', 'First Seen', 'Count', 'Name'],
    });
    expect(rowOf(eventStrategy, SCHEDULED)).toEqual({
      'Last Seen': '2m',
      Type: 'Normal',
      Reason: 'Scheduled',
      Object: 'pod/web',
      Subobject: '',
      Source: 'default-scheduler',
      Message: 'Successfully assigned default/web to node-1',
      'First Seen': '10m',
      Count: '3',
      Name: 'web.1',
    });
  });

  test('with the times of its series', () => {
    const series = { count: 7, lastObservedTime: '2026-01-01T00:09:00.000000Z' };
    expect(rowOf(eventStrategy, withMembers(NEW, { series, count: undefined }))).toMatchObject({
      'Last Seen': '60s',
      'First Seen': '10m',
      Count: '7',
      Source: 'default-scheduler, scheduler-1',
    });
  });
});

test('events can be selected by what they are about', () => {
  const { selectableFields = {} } = eventStrategy;
  const read = (field: string) => selectableFields[field]?.(SCHEDULED);
  expect(read('involvedObject.kind')).toBe('Pod');
  expect(read('involvedObject.name')).toBe('web');
  expect(read('reason')).toBe('Scheduled');
  expect(read('type')).toBe('Normal');
  expect(read('source')).toBe('default-scheduler');
});
