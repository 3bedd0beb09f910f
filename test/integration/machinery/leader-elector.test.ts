import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { LeaderElector } from '../../../src/machinery/leader-elector.ts';
import { serviceUnavailable } from '../../../src/scheme/errors.ts';
import { coordinationLeases } from '../../../src/scheme/generated/resources.ts';
import type { Lease } from '../../../src/scheme/generated/types/coordination-v1.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const NAMESPACE = 'kube-system';

let api: TestApi;
let leases = 0;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

interface Contender extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly elector: LeaderElector;
  /** `start` and `stop`, as they came. */
  readonly log: string[];
  /** What Events tell. */
  readonly told: string[];
  /** Cuts the contender off from the API, and back; counts what it asks of it. */
  readonly link: { connected: boolean; calls: number };
  resign(): Promise<void>;
}

/** Each contender has a clock of its own: their machines agree on nothing. */
function contend(lease: string, identity: string, startMs = Date.UTC(2026, 0, 1)): Contender {
  const clock = new VirtualClock(startMs);
  const abort = new AbortController();
  const log: string[] = [];
  const told: string[] = [];
  const link = { connected: true, calls: 0 };
  const reach = (): ApiClient => {
    link.calls++;
    if (!link.connected) throw serviceUnavailable('no route to the API');
    return api.client;
  };
  const elector = new LeaderElector({
    client: {
      get: async (ref, options) => reach().get(ref, options),
      create: async (ref, object) => reach().create(ref, object),
      update: async (ref, object) => reach().update(ref, object),
    },
    namespace: NAMESPACE,
    name: lease,
    identity,
    clock,
    random: () => 0,
    logger: new RecordingLogger(),
    events: {
      record: ({ kind, metadata }, { reason, message }) =>
        void told.push(`${kind} ${metadata.name}: ${reason}: ${message}`),
    },
  });
  const role = {
    start: async () => void log.push('start'),
    stop: async () => void log.push('stop'),
  };
  const ended = elector.run(role, abort.signal);
  const resign = async (): Promise<void> => {
    abort.abort();
    await ended;
  };
  return { clock, elector, log, told, link, resign, [Symbol.asyncDispose]: resign };
}

const newLease = (): string => `role-${++leases}`;
const leading = ({ elector }: Contender): boolean => elector.isLeader;
const read = (name: string): Promise<Lease> =>
  api.client.get(coordinationLeases, { namespace: NAMESPACE, name });
const holder = async (name: string): Promise<string | undefined> =>
  (await read(name)).spec?.holderIdentity;

/** Moves the contenders' clocks, a second a step, until `check` accepts. */
async function passTime(contenders: readonly Contender[], check: () => void): Promise<void> {
  await eventually(() => {
    for (const { clock } of contenders) clock.advance(1_000);
  }, check);
}

describe('LeaderElector', () => {
  test('the first contender leads, and the Lease names it', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    const { spec } = await api.client.get(coordinationLeases, {
      namespace: NAMESPACE,
      name: lease,
    });
    expect(spec).toMatchObject({
      holderIdentity: 'one',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.000000Z',
    });
    expect(one.log).toEqual(['start']);
  });

  test('the second waits as long as the first renews', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    await using two = contend(lease, 'two');
    let seconds = 0;
    await passTime([one, two], () => expect(++seconds).toBeGreaterThan(60));
    expect([leading(one), leading(two)]).toEqual([true, false]);
  });

  test('a holder that resigns is followed at once, after it has stopped', async () => {
    const lease = newLease();
    const one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    await using two = contend(lease, 'two');
    // Its second look tells that it has seen the lease held.
    await passTime([two], () => expect(two.link.calls).toBeGreaterThan(1));
    await one.resign();
    expect(one.log).toEqual(['start', 'stop']);
    expect(one.told).toEqual([
      `Lease ${lease}: LeaderElection: one became leader`,
      `Lease ${lease}: LeaderElection: one stopped leading`,
    ]);
    const { spec } = await read(lease);
    expect(spec).toMatchObject({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      leaseTransitions: 0,
    });
    const beforeMs = two.clock.now();
    await passTime([two], () => expect(leading(two)).toBe(true));
    expect(two.clock.now() - beforeMs).toBeLessThan(15_000);
  });

  test('a holder renews its lease, and keeps the time since when it leads', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    await eventually(
      () => {
        one.clock.advance(1_000);
        return read(lease);
      },
      ({ spec }) => expect(spec?.renewTime?.localeCompare('2026-01-01T00:00:20')).toBe(1),
    );
    expect((await read(lease)).spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
    expect(one.log).toEqual(['start']);
  });

  test('a Lease that is deleted under its holder is made anew by it, which leads on', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    await api.client.delete(coordinationLeases, { namespace: NAMESPACE, name: lease });
    await eventually(
      () => {
        one.clock.advance(1_000);
        return read(lease).catch(() => undefined);
      },
      (found) => expect(found?.spec?.holderIdentity).toBe('one'),
    );
    expect([leading(one), one.log]).toEqual([true, ['start']]);
  });

  test('a holder that finds its Lease in other hands stops at its next renewal, and writes nothing into it', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    const found = await read(lease);
    const seized = await api.client.update(coordinationLeases, {
      ...found,
      spec: { ...found.spec, holderIdentity: 'thief' },
    });
    await passTime([one], () => expect(one.log).toEqual(['start', 'stop']));
    expect((await read(lease)).metadata.resourceVersion).toBe(seized.metadata.resourceVersion);
  });

  test('a label that somebody sets on the Lease of a dead holder is no renewal', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    one.link.connected = false;
    await using two = contend(lease, 'two');
    let seconds = 0;
    await passTime([two], () => expect(++seconds).toBeGreaterThan(9));
    const patch = { metadata: { labels: { seen: 'yes' } } };
    const target = { namespace: NAMESPACE, name: lease };
    await api.client.patch(coordinationLeases, target, { type: 'merge', patch });
    await passTime([two], () => expect(++seconds).toBeGreaterThan(19));
    await eventually(() => expect(leading(two)).toBe(true));
  });

  test('a holder that cannot renew stops before another starts', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one');
    await eventually(() => expect(leading(one)).toBe(true));
    await using two = contend(lease, 'two');
    const order: string[] = [];
    one.link.connected = false;
    await passTime([one, two], () => {
      if (one.log.includes('stop') && !order.includes('one stopped')) order.push('one stopped');
      if (leading(two)) order.push('two leads');
      expect(leading(two)).toBe(true);
    });
    expect(order).toEqual(['one stopped', 'two leads']);
    const { spec } = await api.client.get(coordinationLeases, {
      namespace: NAMESPACE,
      name: lease,
    });
    expect(spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
    one.link.connected = true;
    await passTime([one, two], () => expect(one.clock.now()).toBeGreaterThan(0));
    expect(leading(one)).toBe(false);
  });

  test('clocks that disagree by hours neither steal nor block the lease', async () => {
    const lease = newLease();
    await using one = contend(lease, 'one', Date.UTC(2026, 0, 1, 0));
    await eventually(() => expect(leading(one)).toBe(true));
    await using ahead = contend(lease, 'ahead', Date.UTC(2026, 0, 1, 9));
    await using behind = contend(lease, 'behind', Date.UTC(2025, 11, 31, 9));
    let seconds = 0;
    await passTime([one, ahead, behind], () => expect(++seconds).toBeGreaterThan(30));
    expect([leading(one), leading(ahead), leading(behind)]).toEqual([true, false, false]);
    one.link.connected = false;
    await passTime([one, ahead, behind], () =>
      expect(leading(ahead) || leading(behind)).toBe(true),
    );
    expect([leading(ahead), leading(behind)].filter(Boolean)).toHaveLength(1);
  });

  test('a contender that comes back under its identity takes its lease back at once', async () => {
    const lease = newLease();
    const crashed = contend(lease, 'same');
    await eventually(() => expect(leading(crashed)).toBe(true));
    crashed.link.connected = false;
    await using back = contend(lease, 'same');
    await eventually(() => expect(leading(back)).toBe(true));
    await crashed.resign();
  });

  test('of twenty contenders that start together one leads', async () => {
    const lease = newLease();
    const contenders = Array.from({ length: 20 }, (_, index) => contend(lease, `c${index}`));
    await eventually(() => expect(contenders.filter(leading)).toHaveLength(1));
    await passTime(contenders, () => expect(contenders[0]?.clock.now()).toBeGreaterThan(0));
    expect(contenders.filter(leading)).toHaveLength(1);
    await Promise.all(contenders.map((contender) => contender.resign()));
  });

  test('a role that fails to start gives the lease away', async () => {
    const lease = newLease();
    const clock = new VirtualClock();
    const abort = new AbortController();
    const failed = deferred();
    const logger = new RecordingLogger();
    const options = {
      client: api.client,
      namespace: NAMESPACE,
      name: lease,
      random: () => 0,
      logger,
      events: { record: () => undefined },
    };
    const elector = new LeaderElector({ ...options, identity: 'broken', clock });
    const role = {
      start: () => Promise.reject(new Error('no such database')),
      stop: async () => failed.resolve(),
    };
    const ended = elector.run(role, abort.signal);
    await failed.promise;
    await eventually(
      () => holder(lease),
      (name) => expect(name).toBe(''),
    );
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'leader failed to start' }),
    );
    abort.abort();
    await ended;
  });
});
