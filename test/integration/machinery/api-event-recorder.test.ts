import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { MetricRegistry } from '../../../src/lib/metrics.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ApiEventRecorder } from '../../../src/machinery/api-event-recorder.ts';
import { FINISH_MS } from '../../../src/machinery/event-series-tracker.ts';
import { serviceUnavailable } from '../../../src/scheme/errors.ts';
import { coreEvents, eventsEvents } from '../../../src/scheme/generated/resources.ts';
import type { Event } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const STOP_WITHIN_MS = 60_000;
const STARTED = { type: 'Normal', reason: 'Started', message: 'Container started' } as const;

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await api.client.deleteCollection(coreEvents, { namespace: 'default' });
});

function setUp(client: Pick<ApiClient, 'create' | 'patch'> = api.client, maxQueued = 1_000) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const logger = new RecordingLogger();
  const recorder = new ApiEventRecorder({
    client,
    clock,
    logger,
    maxQueued,
    retryClock: impatientClock,
    source: { component: 'replicaset-controller' },
    machine: 'machine-1',
  });
  const metrics = new MetricRegistry();
  recorder.addMetrics(metrics, 'kube-controller-manager');
  return { clock, logger, metrics, recorder };
}

/** Backs off for no time; what should wait for long, waits. */
const impatientClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, callback) =>
    systemClock.setTimer(delayMs < STOP_WITHIN_MS ? 0 : delayMs, callback),
};

async function eventsOf(name: string): Promise<Event[]> {
  const fieldSelector = `involvedObject.name=${name}`;
  return (await api.client.list(coreEvents, { namespace: 'default', fieldSelector })).items;
}

describe('ApiEventRecorder', () => {
  test('writes an Event with the fields and the name that Kubernetes gives it', async () => {
    const { recorder } = setUp();
    const pod = buildPod({ name: 'web-1' });
    recorder
      .withSource('kubelet', 'node-1')
      .record(pod, { ...STARTED, fieldPath: 'spec.containers{nginx}' });
    await recorder.flush();
    const [event] = await eventsOf('web-1');
    expect(event).toMatchObject({
      metadata: { namespace: 'default', name: expect.stringMatching(/^web-1\.[0-9a-f]{16}$/) },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: 'default',
        name: 'web-1',
        uid: pod.metadata.uid,
        resourceVersion: '1',
        fieldPath: 'spec.containers{nginx}',
      },
      reason: 'Started',
      message: 'Container started',
      type: 'Normal',
      source: { component: 'kubelet', host: 'node-1' },
      reportingComponent: 'kubelet',
      reportingInstance: 'node-1',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
    });
  });

  test('what is told of an object without a namespace is told in default', async () => {
    const { recorder } = setUp();
    recorder.record(buildNode({ name: 'node-1' }), STARTED);
    await recorder.flush();
    expect(await eventsOf('node-1')).toHaveLength(1);
  });

  test('a note that repeats is counted in one Event', async () => {
    const { clock, recorder } = setUp();
    const pod = buildPod({ name: 'web-1' });
    recorder.record(pod, STARTED);
    await recorder.flush();
    clock.advance(5_000);
    recorder.record(pod, STARTED);
    await recorder.flush();
    clock.advance(5_000);
    recorder.record(pod, STARTED);
    recorder.record(pod, STARTED);
    await recorder.flush();
    const events = await eventsOf('web-1');
    expect(events).toEqual([
      expect.objectContaining({
        count: 4,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:10Z',
      }),
    ]);
  });

  test('other objects, reasons, messages and sources have Events of their own', async () => {
    const { recorder } = setUp();
    const pod = buildPod({ name: 'web-1' });
    recorder.record(pod, STARTED);
    recorder.record(pod, { ...STARTED, reason: 'Killing' });
    recorder.record(pod, { ...STARTED, message: 'Container restarted' });
    recorder.withSource('kubelet', 'node-1').record(pod, STARTED);
    recorder.record(buildPod({ name: 'web-1' }), STARTED);
    await recorder.flush();
    const events = await eventsOf('web-1');
    expect(events.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(events.map(({ metadata }) => metadata.name)).size).toBe(5);
  });

  test('a repeat after its Event was removed begins a new one', async () => {
    const { recorder } = setUp();
    const pod = buildPod({ name: 'web-1' });
    recorder.record(pod, STARTED);
    await recorder.flush();
    await api.client.deleteCollection(coreEvents, { namespace: 'default' });
    recorder.record(pod, STARTED);
    await recorder.flush();
    expect(await eventsOf('web-1')).toEqual([expect.objectContaining({ count: 2 })]);
  });

  test('repeats that wait to be written cost one write', async () => {
    const gate = deferred();
    let writes = 0;
    const { recorder } = setUp({
      create: async (ref, object, options) => {
        writes++;
        await gate.promise;
        return api.client.create(ref, object, options);
      },
      patch: async (...args) => {
        writes++;
        return api.client.patch(...args);
      },
    });
    const pod = buildPod({ name: 'web-1' });
    recorder.record(pod, STARTED);
    for (let i = 0; i < 10; i++) recorder.record(pod, STARTED);
    gate.resolve();
    await recorder.flush();
    expect(writes).toBe(2);
    expect(await eventsOf('web-1')).toEqual([expect.objectContaining({ count: 11 })]);
  });

  test('a store that is away for a while loses no Event', async () => {
    let failures = 5;
    const { recorder } = setUp({
      create: async (ref, object, options) => {
        if (failures-- > 0) throw serviceUnavailable('away');
        return api.client.create(ref, object, options);
      },
      patch: (...args) => api.client.patch(...args),
    });
    recorder.record(buildPod({ name: 'web-1' }), STARTED);
    await recorder.flush();
    expect(await eventsOf('web-1')).toHaveLength(1);
  });

  test('an Event that is refused is logged, and the others are written', async () => {
    const { logger, recorder } = setUp();
    recorder.record(buildPod({ name: 'lost', namespace: 'no-such-namespace' }), STARTED);
    recorder.record(buildPod({ name: 'web-1' }), STARTED);
    await recorder.flush();
    expect(await eventsOf('web-1')).toHaveLength(1);
    expect(logger.lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: 'event not written',
        fields: expect.objectContaining({ name: 'lost' }),
      }),
    ]);
  });

  test('what the full queue forces out is logged with its number', async () => {
    const gate = deferred();
    const { clock, logger, recorder } = setUp(
      {
        create: async (ref, object, options) => {
          await gate.promise;
          return api.client.create(ref, object, options);
        },
        patch: (...args) => api.client.patch(...args),
      },
      10,
    );
    for (let i = 0; i < 100; i++) recorder.record(buildPod({ name: `web-${i}` }), STARTED);
    clock.advance(10_000);
    recorder.record(buildPod({ name: 'last' }), STARTED);
    gate.resolve();
    await recorder.flush();
    const dropped = logger.lines.filter(({ message }) => message.startsWith('event queue full'));
    const written = (await api.client.list(coreEvents, { namespace: 'default' })).items.length;
    expect(dropped.at(-1)?.fields).toMatchObject({ droppedSoFar: 101 - written });
    expect(written).toBeLessThan(101);
  });

  test('thousands of notes alike are ten Events, and few writes', async () => {
    const { clock, metrics, recorder } = setUp();
    const pod = buildPod({ name: 'web' });
    for (let i = 0; i < 2_000; i++) {
      recorder.record(pod, { ...STARTED, message: `Created pod: web-${i}` });
    }
    await recorder.flush();
    clock.advance(300_000);
    recorder.record(pod, { ...STARTED, message: 'Created pod: web-last' });
    await recorder.flush();
    const events = await eventsOf('web');
    expect(events.map(({ count, message }) => [count, message])).toEqual(
      expect.arrayContaining([
        [1, 'Created pod: web-0'],
        [1, 'Created pod: web-8'],
        [1_992, '(combined from similar events): Created pod: web-last'],
      ]),
    );
    expect(events).toHaveLength(10);
    const read = await metrics.read();
    expect(read.map(({ name, samples }) => [name, samples.map(({ value }) => value)])).toEqual([
      ['orrery_event_writes_total', [expect.any(Number)]],
      ['orrery_events_dropped_total', [1_975, 0, 0]],
    ]);
    expect(read[0]?.samples[0]?.value).toBeLessThanOrEqual(26);
  });

  test('what a controller reports is one series in both groups', async () => {
    const { clock, recorder } = setUp();
    const pod = buildPod({ name: 'web-1' });
    const related = buildPod({ name: 'web-2' });
    const scheduler = recorder.reportingAs('default-scheduler');
    const note = { ...STARTED, reason: 'Preempted', action: 'Preempting', related };
    const tell = () => scheduler.record(pod, note);
    tell();
    await recorder.flush();
    expect((await eventsOf('web-1'))[0]).not.toHaveProperty('series');
    for (let i = 0; i < 4; i++) {
      clock.advance(1_500);
      tell();
      await recorder.flush();
    }
    const seen = async () => {
      const [event] = await eventsOf('web-1');
      return event?.series;
    };
    expect(await seen()).toEqual({ count: 2, lastObservedTime: '2026-01-01T00:00:01.500000Z' });
    clock.advance(2 * FINISH_MS);
    await recorder.flush();
    const series = { count: 5, lastObservedTime: '2026-01-01T00:00:06.000000Z' };
    expect(await seen()).toEqual(series);
    const { items } = await api.client.list(eventsEvents, { namespace: 'default' });
    expect(items).toEqual([
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: expect.objectContaining({ name: expect.stringMatching(/^web-1\.[0-9a-f]{16}$/) }),
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'default-scheduler',
        reportingInstance: 'default-scheduler-machine-1',
        action: 'Preempting',
        reason: 'Preempted',
        regarding: expect.objectContaining({ kind: 'Pod', name: 'web-1', uid: pod.metadata.uid }),
        related: expect.objectContaining({ kind: 'Pod', name: 'web-2' }),
        note: STARTED.message,
        type: 'Normal',
        series,
      },
    ]);
  });

  test('what is told of an object whose name no Event can have is told under another', async () => {
    const { recorder } = setUp();
    recorder.record(buildNode({ name: 'system:node' }), STARTED);
    await recorder.flush();
    const [event] = await eventsOf('system:node');
    expect(event?.metadata.name).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('stopping writes what waits', async () => {
    const { recorder } = setUp();
    for (let i = 0; i < 200; i++) recorder.record(buildPod({ name: `web-${i}` }), STARTED);
    await recorder.stop({ withinMs: STOP_WITHIN_MS });
    expect((await api.client.list(coreEvents, { namespace: 'default' })).items).toHaveLength(200);
    recorder.record(buildPod({ name: 'late' }), STARTED);
    await recorder.flush();
    expect(await eventsOf('late')).toEqual([]);
  });
});
