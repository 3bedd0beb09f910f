import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../src/cli/output/json-values.ts';
import { summarizeChanges } from '../../../../src/cli/watch/changes.ts';
import { ObjectStates } from '../../../../src/cli/watch/states.ts';

const changes = (from: JsonObject, to: JsonObject): string => summarizeChanges(from, to);

describe('what changed', () => {
  test('is told by path, with the old and the new value', () => {
    expect(changes({ spec: { replicas: 2 } }, { spec: { replicas: 5 } })).toBe(
      'spec.replicas: 2 → 5',
    );
    expect(changes({ status: { phase: 'Pending' } }, { status: { phase: 'Running' } })).toBe(
      'phase: Pending → Running',
    );
  });

  test('says what is new and what is gone', () => {
    expect(changes({ spec: {} }, { spec: { nodeName: 'node-1' } })).toBe('spec.nodeName: node-1');
    expect(changes({ metadata: { labels: { a: 'b' } } }, { metadata: { labels: {} } })).toBe(
      'metadata.labels.a removed',
    );
  });

  test('names the members of lists', () => {
    const pod = (image: string) => ({ spec: { containers: [{ name: 'web', image }] } });
    expect(changes(pod('nginx:1'), pod('nginx:2'))).toBe(
      'spec.containers.web.image: nginx:1 → nginx:2',
    );
  });

  test('tells conditions by their status, and by their reason when that alone changed', () => {
    const pod = (status: string, reason?: string) => ({
      status: {
        conditions: [{ type: 'Ready', status, reason, lastTransitionTime: `${status}${reason}` }],
      },
    });
    expect(changes(pod('False', 'a'), pod('True'))).toBe('Ready=True');
    expect(changes(pod('False', 'a'), pod('False', 'b'))).toBe('Ready: b');
    expect(changes({ status: {} }, pod('True'))).toBe('Ready=True');
  });

  test('tells the state of containers, and their restarts', () => {
    const pod = (state: JsonObject, restartCount: number) => ({
      status: {
        containerStatuses: [{ name: 'web', restartCount, imageID: JSON.stringify(state), state }],
      },
    });
    const waiting = pod({ waiting: { reason: 'ContainerCreating' } }, 0);
    expect(changes({ status: {} }, waiting)).toBe('web is waiting (ContainerCreating)');
    expect(changes(waiting, pod({ running: {} }, 1))).toBe('web restarts: 0 → 1, web is running');
  });

  test('says that an object is being deleted', () => {
    const gone = {
      metadata: { deletionTimestamp: '2026-01-31T08:00:00Z', deletionGracePeriodSeconds: 30 },
    };
    expect(changes({ metadata: {} }, gone)).toBe('is being deleted');
  });

  test('is nothing when only versions and times moved', () => {
    const node = (tick: string) => ({
      metadata: { resourceVersion: tick, managedFields: [{ time: tick }] },
      status: {
        observedGeneration: tick,
        conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: tick }],
      },
    });
    expect(changes(node('1'), node('2'))).toBe('');
  });

  test('is cut where it would be too much to read', () => {
    const spec = (value: number) => Object.fromEntries([...'abcdefgh'].map((key) => [key, value]));
    expect(changes({ spec: spec(1) }, { spec: spec(2) })).toMatch(
      /^spec\.a: 1 → 2, .*, and 2 more$/,
    );
    expect(changes({ spec: {} }, { spec: { text: 'x'.repeat(99) } })).toHaveLength(
      'spec.text: '.length + 48,
    );
  });
});

describe('the states of objects', () => {
  const pod = (phase: string) => ({
    metadata: { uid: '1' },
    spec: { nodeName: 'n' },
    status: { phase },
  });

  test('tell what is new, what changed, and what said nothing', () => {
    const states = new ObjectStates();
    expect(states.apply('ADDED', pod('Pending'))).toBe('node: n, phase: Pending');
    expect(states.apply('MODIFIED', pod('Pending'))).toBeUndefined();
    expect(states.apply('MODIFIED', pod('Running'))).toBe('phase: Pending → Running');
    expect(states.size).toBe(1);
    expect(states.apply('DELETED', pod('Running'))).toBe('');
    expect(states.size).toBe(0);
  });
});
