import type { Sample } from '../figure.ts';
import type { FanOutAnswer, FanOutQuestion } from '../load/bare-fan-out.ts';
import { LoadProcess } from '../load/messages.ts';
import type { WatchersQuestion } from '../load/rest-watchers.ts';
import type { SubscribersAnswer } from '../load/tally.ts';
import type { SubscribersQuestion } from '../load/watch-subscribers.ts';
import { openWorkbench } from '../workbench.ts';
import { ChangeWriter } from './change-writer.ts';
import { pause, readVersion } from './cluster.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { profiled } from './profiled.ts';

const SUBSCRIPTIONS = 1_000;
const CHANGES_PER_S = 200;
const NAMESPACE = 'default';
const WARMUP_PER_S = 50;
const MAX_WARMUP_S = 30;
/** Changes that have not arrived this long after the last one did are lost. */
const PATIENCE_MS = 5_000;

const WATCH = `
  subscription WatchChanges($namespace: String!, $resourceVersion: String!) {
    watchCoreV1ConfigMaps(namespace: $namespace, resourceVersion: $resourceVersion) {
      type
      resourceVersion
      object { metadata { name } data }
    }
  }`;

interface Shape {
  /** Part of the figures' names. */
  readonly name: string;
  readonly connections: number;
}

const SHAPES: readonly Shape[] = [
  { name: 'watch_1000', connections: SUBSCRIPTIONS },
  { name: 'watch_1000_over_50_connections', connections: 50 },
];

/** Where subscribers connect to, and what makes the changes. */
interface Source {
  readonly url: string;
  readonly token: string;
  readonly resourceVersion: string;
  send(changes: number, perSecond: number, options: { warmup: boolean }): Promise<void>;
}

/** Delivery of changes to 1,000 subscriptions, and the same bytes written by a server that does nothing else. */
export const measureWatch: Measurement = async (ctx) => {
  const seconds = ctx.options.quick ? 2 : 15;
  const samples: Sample[] = [];
  for (const shape of SHAPES) {
    ctx.say(`watch: ${SUBSCRIPTIONS} subscriptions over ${shape.connections} connections`);
    const answer = await measureOurs(ctx, shape, seconds);
    ctx.say('watch: the same from a bare server');
    const bare = await measureBare(shape, seconds);
    samples.push(...toSamples(shape, answer, bare, seconds * CHANGES_PER_S));
  }
  ctx.say(`watch: ${SUBSCRIPTIONS} watches over REST`);
  samples.push(...restSamples(await measureOverRest(ctx, seconds), seconds * CHANGES_PER_S));
  return samples;
};

async function measureOurs(
  ctx: BenchContext,
  shape: Shape,
  seconds: number,
): Promise<SubscribersAnswer> {
  await using bench = await openWorkbench({
    dist: ctx.options.dist,
    profiled: ctx.options.profileDirectory !== undefined,
  });
  const writer = new ChangeWriter(bench.server, NAMESPACE);
  await writer.open();
  const resourceVersion = String(await readVersion(bench.client));
  const source: Source = {
    url: bench.server.url,
    token: bench.server.token,
    resourceVersion,
    send: (changes, perSecond, options) => writer.send(changes, perSecond, options),
  };
  const answer = await receive(source, shape, seconds, (work) =>
    profiled(ctx, bench, 'watch', work),
  );
  writer.close();
  return answer;
}

async function measureOverRest(ctx: BenchContext, seconds: number): Promise<SubscribersAnswer> {
  await using bench = await openWorkbench({ dist: ctx.options.dist, profiled: false });
  const { server } = bench;
  const writer = new ChangeWriter(server, NAMESPACE);
  await writer.open();
  const resourceVersion = String(await readVersion(bench.client));
  await using watchers = LoadProcess.start('rest-watchers');
  const open: WatchersQuestion = {
    ask: 'open',
    url: server.url,
    token: server.token,
    watches: SUBSCRIPTIONS,
    path: `/api/v1/namespaces/${NAMESPACE}/configmaps?watch=true&resourceVersion=${resourceVersion}`,
  };
  await watchers.ask(open);
  const look = (): Promise<SubscribersAnswer> => watchers.ask({ ask: 'look' });
  const answer = await deliver({ look, send: writer.send.bind(writer) }, seconds, (work) => work());
  writer.close();
  return answer;
}

async function measureBare(shape: Shape, seconds: number): Promise<SubscribersAnswer> {
  await using server = LoadProcess.start('bare-fan-out');
  const listen: FanOutQuestion = { ask: 'listen' };
  const { url } = await server.ask<FanOutAnswer>(listen);
  const source: Source = {
    url,
    token: '',
    resourceVersion: '0',
    send: async (changes, perSecond, { warmup }) => {
      const question: FanOutQuestion = { ask: 'send', changes, perSecond, warmup };
      await server.ask(question);
    },
  };
  return await receive(source, shape, seconds, (work) => work());
}

async function receive(
  { url, token, resourceVersion, send }: Source,
  { connections }: Shape,
  seconds: number,
  around: (work: () => Promise<void>) => Promise<void>,
): Promise<SubscribersAnswer> {
  await using subscribers = LoadProcess.start('watch-subscribers');
  const open: SubscribersQuestion = {
    ask: 'open',
    url,
    token,
    connections,
    subscriptionsPerConnection: SUBSCRIPTIONS / connections,
    query: WATCH,
    variables: { namespace: NAMESPACE, resourceVersion },
  };
  await subscribers.ask(open);
  const look = (): Promise<SubscribersAnswer> => subscribers.ask({ ask: 'look' });
  return await deliver({ look, send }, seconds, around);
}

interface Delivery extends Pick<Source, 'send'> {
  look(): Promise<SubscribersAnswer>;
}

/** Sends changes until every subscription has started, then those that count, and waits until they have arrived. */
async function deliver(
  { look, send }: Delivery,
  seconds: number,
  around: (work: () => Promise<void>) => Promise<void>,
): Promise<SubscribersAnswer> {
  for (let second = 0; (await look()).awake < SUBSCRIPTIONS; second++) {
    if (second > MAX_WARMUP_S)
      throw new Error(`not every subscription has started: ${JSON.stringify(await look())}`);
    await send(WARMUP_PER_S, WARMUP_PER_S, { warmup: true });
  }
  await around(() => send(seconds * CHANGES_PER_S, CHANGES_PER_S, { warmup: false }));
  return await untilComplete(look, seconds * CHANGES_PER_S);
}

async function untilComplete(
  look: () => Promise<SubscribersAnswer>,
  changes: number,
): Promise<SubscribersAnswer> {
  let answer = await look();
  let progressAt = performance.now();
  while (answer.fewest < changes && performance.now() - progressAt < PATIENCE_MS) {
    await pause(100);
    const next = await look();
    if (next.total > answer.total) progressAt = performance.now();
    answer = next;
  }
  if (answer.closed.length > 0) {
    process.stderr.write(`closed: ${[...new Set(answer.closed)].join('; ')}\n`);
  }
  return answer;
}

function toSamples(
  { name, connections }: Shape,
  ours: SubscribersAnswer,
  bare: SubscribersAnswer,
  changes: number,
): Sample[] {
  const what = `${CHANGES_PER_S} changes/s to ${SUBSCRIPTIONS} subscriptions over ${connections} connections`;
  const lost = name === 'watch_1000' ? 'watch_events_lost' : `${name}_events_lost`;
  return [
    {
      name: `${name}_p50_ms`,
      label: `${what}, from request to delivery, median`,
      unit: 'ms',
      value: ours.p50Ms,
      limitedBy: `${name}_bare_p50_ms`,
    },
    {
      name: `${name}_p99_ms`,
      label: 'the same, 99th percentile',
      unit: 'ms',
      value: ours.p99Ms,
      target: { atMost: 100 },
      limitedBy: `${name}_bare_p99_ms`,
    },
    {
      name: lost,
      label: `events lost, repeated or out of order, of ${SUBSCRIPTIONS * changes}`,
      unit: '',
      value: Math.abs(SUBSCRIPTIONS * changes - ours.total) + ours.disordered,
      target: { atMost: 0 },
    },
    {
      name: `${name}_bare_p50_ms`,
      label: 'the same bytes from a server that only writes them, median',
      unit: 'ms',
      value: bare.p50Ms,
    },
    {
      name: `${name}_bare_p99_ms`,
      label: 'the same, 99th percentile',
      unit: 'ms',
      value: bare.p99Ms,
    },
  ];
}

function restSamples(answer: SubscribersAnswer, changes: number): Sample[] {
  const what = `${CHANGES_PER_S} changes/s to ${SUBSCRIPTIONS} watches over REST, whole objects`;
  return [
    {
      name: 'rest_watch_1000_p50_ms',
      label: `${what}, from request to delivery, median`,
      unit: 'ms',
      value: answer.p50Ms,
    },
    {
      name: 'rest_watch_1000_p99_ms',
      label: 'the same, 99th percentile',
      unit: 'ms',
      value: answer.p99Ms,
    },
    {
      name: 'rest_watch_1000_events_lost',
      label: `events lost, repeated or out of order, of ${SUBSCRIPTIONS * changes}`,
      unit: '',
      value: Math.abs(SUBSCRIPTIONS * changes - answer.total) + answer.disordered,
      target: { atMost: 0 },
    },
  ];
}
