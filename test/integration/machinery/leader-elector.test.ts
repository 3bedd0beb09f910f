import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { LeaderElector } from '../../../src/machinery/leader-elector.ts';
import { serviceUnavailable } from '../../../src/scheme/errors.ts';
import { coordinationLeases } from '../../../src/scheme/generated/resources.ts';
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
  /** Cuts the contender off from the API, and back. */
  readonly link: { connected: boolean };
  resign(): Promise<void>;
}

/** Each contender has a clock of its own: their machines agree on nothing. */
function contend(lease: string, identity: string, startMs = Date.UTC(2026, 0, 1)): Contender {
  const clock = new VirtualClock(startMs);
  const abort = new AbortController();
  const log: string[] = [];
  const link = { connected: true };
  const reach = (): ApiClient => {
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
  return { clock, elector, log, link, resign, [Symbol.asyncDispose]: resign };
}

const newLease = (): string => `role-${++leases}`;
const leading = ({ elector }: Contender): boolean => elector.isLeader;
const holder = async (name: string): Promise<string | undefined> =>
  (await api.client.get(coordinationLeases, { namespace: NAMESPACE, name })).spec?.holderIdentity;

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
    await one.resign();
    expect(one.log).toEqual(['start', 'stop']);
    expect(await holder(lease)).toBe('');
    const beforeMs = two.clock.now();
    await passTime([two], () => expect(leading(two)).toBe(true));
    expect(two.clock.now() - beforeMs).toBeLessThan(15_000);
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
