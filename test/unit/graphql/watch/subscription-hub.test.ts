import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import { prepareOperation } from '../../../../src/graphql/execution/compiler.ts';
import { createErrorFormatter } from '../../../../src/graphql/format-error.ts';
import { RequestContext } from '../../../../src/graphql/request-context.ts';
import type { StreamMember } from '../../../../src/graphql/watch/event-stream.ts';
import { planSubscription } from '../../../../src/graphql/watch/plan-subscription.ts';
import { SubscriptionHub } from '../../../../src/graphql/watch/subscription-hub.ts';
import type { EncodedPayload } from '../../../../src/http/stream/encoded-payload.ts';
import { silentLogger } from '../../../../src/lib/logger.ts';
import { expired } from '../../../../src/scheme/errors.ts';
import type { ApiObject, WatchEvent } from '../../../../src/scheme/object.ts';
import { testSchema } from '../../../support/graphql-schema.ts';
import { RecordingLogger } from '../../../support/recording-logger.ts';
import { type OpenWatch, ScriptedWatch } from '../../../support/scripted-watch.ts';

const { schema } = testSchema();
const QUERY = `subscription ($from: String, $app: String) {
  watchCoreV1Pods(resourceVersion: $from, labelSelector: $app) {
    type resourceVersion object { metadata { name } }
  }
}`;

function pod(version: number): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', resourceVersion: String(version) },
  };
}

/** Versions and errors that one subscriber got, in order. */
class Subscriber implements StreamMember {
  readonly got: (string | Error)[] = [];
  readonly payloads: EncodedPayload[] = [];

  onPayload(payload: EncodedPayload): void {
    this.payloads.push(payload);
    this.got.push(payload.resourceVersion);
  }

  onClose(error: Error): void {
    this.got.push(error);
  }
}

class Setup {
  readonly script = new ScriptedWatch();
  readonly hub = new SubscriptionHub();
  executions = 0;

  /** Subscribes; the watch it opens stays unanswered until the test sends something. */
  async subscribe(variables: Record<string, unknown> = {}, query = QUERY) {
    const prepared = prepareOperation(schema, parse(query), null);
    if (!prepared) throw new Error('no operation');
    const client = this.script as unknown as ApiClient;
    const createContext = (): RequestContext =>
      new RequestContext({
        user: { name: 'test', groups: [] },
        client,
        logger: silentLogger,
        now: () => 0,
      });
    const { fieldName, plan, shape } = planSubscription(prepared, variables, createContext());
    const operation = {
      ...prepared,
      run: (input: Parameters<typeof prepared.run>[0]) => {
        this.executions++;
        return prepared.run(input);
      },
    };
    const subscriber = new Subscriber();
    const handle = await this.hub.subscribe(
      {
        key: shape,
        client,
        plan,
        operation,
        variables,
        fieldName,
        createContext,
        accessRevision: () => 0,
        formatError: createErrorFormatter(new RecordingLogger()),
      },
      subscriber,
    );
    return { subscriber, handle, watch: this.script.latest };
  }

  /** The log reader's way: every open watch gets the same event object, one after the other. */
  broadcast(version: number, type: WatchEvent['type'] = 'MODIFIED'): void {
    const event: WatchEvent = { type, object: pod(version) };
    for (const watch of this.open) watch.sink.onEvents([{ ...event }]);
  }

  get open(): readonly OpenWatch[] {
    return this.script.watches.filter(({ stopped }) => !stopped);
  }
}

describe('subscriptions of one shape', () => {
  test('share one execution and one encoded payload an event', async () => {
    const setup = new Setup();
    const all = [];
    for (let i = 0; i < 5; i++) all.push(await setup.subscribe());
    setup.broadcast(10);
    expect(setup.executions).toBe(1);
    expect(new Set(all.map(({ subscriber }) => subscriber.payloads[0])).size).toBe(1);
    expect(all[0]?.subscriber.payloads[0]?.bytes.toString()).toBe(
      '{"data":{"watchCoreV1Pods":{"type":"MODIFIED","resourceVersion":"10","object":{"metadata":{"name":"a"}}}}}',
    );
  });

  test('share one watch as soon as they are at the same place', async () => {
    const setup = new Setup();
    const all = [];
    for (let i = 0; i < 5; i++) all.push(await setup.subscribe());
    expect(setup.open).toHaveLength(5);
    setup.broadcast(10);
    expect(setup.open).toHaveLength(1);
    setup.broadcast(11);
    for (const { subscriber } of all) expect(subscriber.got).toEqual(['10', '11']);
  });

  test('join only at the same place: one that is behind gets what it missed first', async () => {
    const setup = new Setup();
    const first = await setup.subscribe({ from: '5' });
    setup.broadcast(10);
    const late = await setup.subscribe({ from: '7' });
    const lateWatch = late.watch;
    setup.open[0]?.sink.onEvents([{ type: 'MODIFIED', object: pod(11) }]);
    // Its own watch brings what came between 7 and 11.
    lateWatch.sink.onEvents([{ type: 'MODIFIED', object: pod(9) }]);
    expect(setup.open).toHaveLength(2);
    lateWatch.sink.onEvents([
      { type: 'MODIFIED', object: pod(10) },
      { type: 'MODIFIED', object: pod(11) },
    ]);
    expect(setup.open).toHaveLength(1);
    setup.broadcast(12);
    expect(first.subscriber.got).toEqual(['10', '11', '12']);
    expect(late.subscriber.got).toEqual(['9', '10', '11', '12']);
  });

  test('join whichever of them hears of a change first', async () => {
    const setup = new Setup();
    const first = await setup.subscribe();
    const second = await setup.subscribe();
    for (const watch of [...setup.open].reverse()) {
      watch.sink.onEvents([{ type: 'ADDED', object: pod(10) }]);
    }
    expect(setup.open).toHaveLength(1);
    setup.broadcast(11);
    expect(first.subscriber.got).toEqual(['10', '11']);
    expect(second.subscriber.got).toEqual(['10', '11']);
  });

  test('go on when the one whose watch they share leaves', async () => {
    const setup = new Setup();
    const first = await setup.subscribe();
    const second = await setup.subscribe();
    setup.broadcast(10);
    first.handle.stop();
    setup.broadcast(11);
    expect(first.subscriber.got).toEqual(['10']);
    expect(second.subscriber.got).toEqual(['10', '11']);
    second.handle.stop();
    expect(setup.open).toHaveLength(0);
    expect(setup.hub.size).toEqual({ groups: 0, streams: 0 });
  });

  test('all hear of the end of the watch that they share', async () => {
    const setup = new Setup();
    const first = await setup.subscribe();
    const second = await setup.subscribe();
    setup.broadcast(10);
    const error = expired('too old');
    setup.open[0]?.sink.onClose(error);
    expect(first.subscriber.got).toEqual(['10', error]);
    expect(second.subscriber.got).toEqual(['10', error]);
    expect(setup.hub.size).toEqual({ groups: 0, streams: 0 });
  });

  test('where one cannot start, the others go on', async () => {
    const setup = new Setup();
    const first = await setup.subscribe();
    setup.script.refusals.push(expired('too old'));
    await expect(setup.subscribe({ from: '1' })).rejects.toThrow('too old');
    setup.broadcast(10);
    expect(first.subscriber.got).toEqual(['10']);
  });
});

describe('what makes subscriptions the same', () => {
  async function sharesWith(
    a: Record<string, unknown>,
    b: Record<string, unknown>,
    queryOfB = QUERY,
  ): Promise<boolean> {
    const setup = new Setup();
    await setup.subscribe(a);
    await setup.subscribe(b, queryOfB);
    return setup.hub.size.groups === 1;
  }

  test('where they start makes no difference', async () => {
    expect(await sharesWith({ from: '1' }, { from: '2' })).toBe(true);
    expect(await sharesWith({ from: '1' }, {})).toBe(true);
  });

  test('what they select does', async () => {
    expect(await sharesWith({ app: 'app=web' }, { app: 'app=db' })).toBe(false);
    expect(await sharesWith({}, {}, QUERY.replace('name', 'uid'))).toBe(false);
  });

  test('a start that is used for something else as well makes a difference', async () => {
    const query = QUERY.replace('labelSelector: $app', 'labelSelector: $from');
    const setup = new Setup();
    await setup.subscribe({ from: 'a' }, query);
    await setup.subscribe({ from: 'b' }, query);
    expect(setup.hub.size.groups).toBe(2);
  });
});
