import { expect, test } from '@jest/globals';
import { toRfc3339 } from '../../../src/lib/clock.ts';
import { coreEvents } from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const HOUR_MS = 3_600_000;

const tell = (plane: TestPlane, name: string) =>
  plane.client.create(coreEvents, {
    metadata: { name, namespace: 'default' },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
    reason: 'Started',
    lastTimestamp: toRfc3339(plane.clock.now()),
  });

const namesOf = async (plane: TestPlane) =>
  (await plane.list(coreEvents)).map(({ metadata }) => metadata.name);

test('Events end an hour after they were last seen, and those that are seen again live on', async () => {
  await using plane = await testPlane({ controllers: ['event-cleaner'] });
  const names = Array.from({ length: 300 }, (_, index) => `old-${index}`);
  await Promise.all([...names, 'again'].map((name) => tell(plane, name)));
  await plane.idle();
  plane.clock.advance(HOUR_MS / 2);
  const patch = { lastTimestamp: toRfc3339(plane.clock.now()) };
  await plane.client.patch(
    coreEvents,
    { namespace: 'default', name: 'again' },
    { type: 'merge', patch },
  );
  await tell(plane, 'late');
  await plane.idle();
  expect(await plane.list(coreEvents)).toHaveLength(302);
  plane.clock.advance(HOUR_MS / 2);
  await plane.eventually(
    () => namesOf(plane),
    (left) => expect(left.sort()).toEqual(['again', 'late']),
  );
  plane.clock.advance(HOUR_MS);
  await plane.eventually(
    () => namesOf(plane),
    (left) => expect(left).toEqual([]),
  );
  await tell(plane, 'new');
  await plane.idle();
  plane.clock.advance(HOUR_MS);
  await plane.eventually(
    () => namesOf(plane),
    (left) => expect(left).toEqual([]),
  );
});

test('the cluster says how long Events live', async () => {
  await using plane = await testPlane({
    controllers: ['event-cleaner'],
    controllerOptions: { eventTtlMs: 120_000 },
  });
  await tell(plane, 'short');
  await plane.idle();
  plane.clock.advance(120_000);
  await plane.eventually(
    () => namesOf(plane),
    (left) => expect(left).toEqual([]),
  );
});
