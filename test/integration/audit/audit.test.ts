import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Auditor } from '../../../src/apiserver/audit/auditor.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../src/apiserver/audit/default-audit-policy.ts';
import { parseAuditPolicy } from '../../../src/apiserver/audit/parse-audit-policy.ts';
import type { WatchSink } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { AuditLogFile } from '../../../src/observability/audit/audit-log-file.ts';
import { Retention } from '../../../src/observability/retention.ts';
import { coreConfigMaps, coreSecrets } from '../../../src/scheme/generated/resources.ts';
import type { AuditEvent } from '../../../src/store/telemetry/audit-event.ts';
import { AuditTable } from '../../../src/store/telemetry/audit-table.ts';
import { auditEvent } from '../../support/audit.ts';
import { eventually } from '../../support/eventually.ts';
import { testApi } from '../../support/plane.ts';
import { startTable } from '../../support/telemetry-table.ts';

const START_MS = Date.UTC(2026, 0, 1);

/** An API server whose audit events the test holds. */
async function audited(rules?: readonly object[]) {
  const events: AuditEvent[] = [];
  const policy = rules
    ? parseAuditPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules })
    : DEFAULT_AUDIT_POLICY;
  const clock = new VirtualClock(START_MS);
  const auditor = new Auditor({ policy, sink: (event) => events.push(event), clock });
  const api = await testApi({ auditor, clock });
  const named = (name: string) => events.filter(({ objectRef }) => objectRef.name === name);
  return { api, events, named, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

const configMap = (name: string, data = {}) => ({ metadata: { name, namespace: 'default' }, data });

test('an event says who did what, when, from where, with which result', async () => {
  await using plane = await audited();
  const alice = createClient(plane.api.apiServer, {
    user: { name: 'alice', groups: ['system:masters'] },
    impersonator: { name: 'root', uid: '7', groups: ['system:masters'] },
    source: { addresses: ['127.0.0.1'], userAgent: 'test/1.0' },
  });
  const created = await alice.create(coreConfigMaps, configMap('web', { a: 'b' }));
  expect(plane.named('web')).toEqual([
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: expect.any(String),
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/default/configmaps',
      verb: 'create',
      user: { username: 'root', uid: '7', groups: ['system:masters'] },
      impersonatedUser: { username: 'alice', groups: ['system:masters'] },
      sourceIPs: ['127.0.0.1'],
      userAgent: 'test/1.0',
      objectRef: {
        apiVersion: 'v1',
        resource: 'configmaps',
        namespace: 'default',
        name: 'web',
        uid: created.metadata.uid,
        resourceVersion: created.metadata.resourceVersion,
      },
      responseStatus: { code: 201 },
      requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
      stageTimestamp: '2026-01-01T00:00:00.000000Z',
    },
  ]);
});

test('by default, every write by a user is kept, also one that is refused, and no read', async () => {
  await using plane = await audited();
  const { client } = plane.api;
  const created = await client.create(coreConfigMaps, configMap('web'));
  await client.update(coreConfigMaps, { ...created, data: { a: 'b' } } as never);
  const target = { namespace: 'default', name: 'web' };
  await client.patch(coreConfigMaps, target, { type: 'merge', patch: { data: { a: 'c' } } });
  await client.apply(coreConfigMaps, configMap('web', { a: 'd' }));
  await client.get(coreConfigMaps, target);
  await client.list(coreConfigMaps, { namespace: 'default' });
  await expect(client.create(coreConfigMaps, configMap('web'))).rejects.toThrow('already exists');
  await client.delete(coreConfigMaps, target);
  expect(
    plane.named('web').map(({ verb, responseStatus }) => [verb, responseStatus?.code]),
  ).toEqual([
    ['create', 201],
    ['update', 200],
    ['patch', 200],
    ['patch', 200],
    ['create', 409],
    ['delete', 200],
  ]);
  expect(plane.named('web')[4]?.responseStatus).toEqual({
    status: 'Failure',
    reason: 'AlreadyExists',
    message: 'configmaps "web" already exists',
    code: 409,
  });
});

test('each write of a transaction has an event of its own', async () => {
  await using plane = await audited();
  const write = (name: string) =>
    ({ type: 'create', ref: coreConfigMaps, object: configMap(name) }) as const;
  await plane.api.client.transaction([write('one'), write('two')]);
  await expect(plane.api.client.transaction([write('three'), write('two')])).rejects.toThrow('two');
  expect(
    plane.events.map(({ objectRef, responseStatus }) => [objectRef.name, responseStatus?.code]),
  ).toEqual([
    ['one', 201],
    ['two', 201],
    ['three', 409],
    ['two', 409],
  ]);
});

test('a name that the server makes is told by the answer', async () => {
  await using plane = await audited();
  const { metadata } = await plane.api.client.create(coreConfigMaps, {
    metadata: { generateName: 'web-', namespace: 'default' },
  });
  expect(plane.events[0]?.objectRef).toMatchObject({ name: metadata.name, uid: metadata.uid });
});

test('bodies are kept from the levels on that ask for them, without managed fields where they are omitted', async () => {
  await using plane = await audited([
    { level: 'Request', verbs: ['create'] },
    { level: 'RequestResponse', verbs: ['update'], omitManagedFields: true },
  ]);
  const { client } = plane.api;
  const created = await client.create(coreConfigMaps, configMap('web', { a: 'b' }));
  await client.update(coreConfigMaps, { ...created, data: { a: 'c' } } as never);
  const [create, received, update] = plane
    .named('web')
    .filter((event) => event.requestObject || event.verb === 'update');
  expect(create?.requestObject).toMatchObject({ data: { a: 'b' } });
  expect(create?.responseObject).toBeUndefined();
  expect(received?.stage).toBe('RequestReceived');
  expect(received?.requestObject).toBeUndefined();
  expect(update).toMatchObject({
    requestObject: { data: { a: 'c' } },
    responseObject: { data: { a: 'c' } },
  });
  expect(JSON.stringify(update)).not.toContain('managedFields');
});

test('of Secrets nothing but the metadata is ever kept, whatever the policy says', async () => {
  await using plane = await audited([{ level: 'RequestResponse' }]);
  const { client } = plane.api;
  const secret = {
    metadata: { name: 'db', namespace: 'default' },
    stringData: { password: 'hunter2' },
  };
  await client.create(coreSecrets, secret);
  await client.apply(coreSecrets, { ...secret, stringData: { password: 'hunter3' } });
  const wrong = {
    ...secret,
    metadata: { ...secret.metadata, name: 'bad' },
    data: { 'no key!': 'aHVudGVyMg==' },
  };
  await expect(client.create(coreSecrets, wrong)).rejects.toThrow('no key!');
  const text = JSON.stringify(
    plane.events.filter(({ objectRef }) => objectRef.resource === 'secrets'),
  );
  expect(text).toContain('"db"');
  expect(text).not.toMatch(/hunter|aHVudGVy|no key/);
});

describe('a watch is kept when it opens and when it ends', () => {
  const WATCHES = [{ level: 'Metadata', verbs: ['watch'], omitStages: ['RequestReceived'] }];
  const STARTED = ['ResponseStarted', 200];
  const COMPLETE = ['ResponseComplete', 200];
  const NOTHING: WatchSink = { onEvents: () => undefined, onClose: () => undefined };
  const stages = ({ events }: { events: readonly AuditEvent[] }) =>
    events.map(({ stage, responseStatus }) => [stage, responseStatus?.code]);

  test('because its client stops it, once', async () => {
    await using plane = await audited(WATCHES);
    const handle = await plane.api.client.watch(coreConfigMaps, { namespace: 'default' }, NOTHING);
    expect(stages(plane)).toEqual([STARTED]);
    handle.stop();
    handle.stop();
    expect(stages(plane)).toEqual([STARTED, COMPLETE]);
    expect(new Set(plane.events.map(({ auditID }) => auditID)).size).toBe(1);
  });

  test('because the server does', async () => {
    await using plane = await audited(WATCHES);
    await plane.api.client.watch(coreConfigMaps, {}, NOTHING);
    await plane.api.store.stop();
    expect(stages(plane)).toEqual([STARTED, COMPLETE]);
  });

  test('because its client fails before it is open', async () => {
    await using plane = await audited(WATCHES);
    await plane.api.client.create(coreConfigMaps, configMap('a'));
    const fail = (): never => {
      throw new Error('no');
    };
    await plane.api.client.watch(coreConfigMaps, {}, { ...NOTHING, onEvents: fail });
    expect(stages(plane)).toEqual([STARTED, COMPLETE]);
  });

  test('unless it does not open', async () => {
    await using plane = await audited(WATCHES);
    const opening = plane.api.client.watch(coreConfigMaps, { resourceVersion: 'x' }, NOTHING);
    await expect(opening).rejects.toThrow();
    expect(stages(plane)).toEqual([['ResponseComplete', 400]]);
  });
});

test('the table gives events newest first, by condition, in pages without gap or repetition', async () => {
  await using running = await startTable(AuditTable);
  const { table } = running;
  const events = Array.from({ length: 25 }, (_, i) =>
    auditEvent({
      name: `n${i}`,
      username: i % 2 === 0 ? 'alice' : 'bob',
      receivedMs: START_MS + i,
    }),
  );
  await table.append(events.slice(0, 10));
  await table.append(events.slice(10));
  const read: AuditEvent[] = [];
  let before: string | undefined;
  do {
    const rows = await table.read({ limit: 7, before });
    read.push(...rows.map(({ event }) => event));
    before = rows.length === 7 ? rows[6]?.id : undefined;
  } while (before);
  expect(read).toEqual([...events].reverse());
  const named = async (query: object) =>
    (await table.read({ limit: 100, ...query })).map(({ event }) => event.objectRef.name);
  expect(await named({ username: 'bob', sinceMs: START_MS + 20 })).toEqual(['n23', 'n21']);
  expect(
    await named({ name: 'n4', namespace: 'default', resource: 'configmaps', group: '' }),
  ).toEqual(['n4']);
  expect(await named({ code: 403 })).toEqual([]);
  expect(await named({ verb: 'update', untilMs: START_MS + 2 })).toEqual(['n1', 'n0']);
});

test('events past retention are dropped, and the others stay', async () => {
  await using running = await startTable(AuditTable);
  const clock = new VirtualClock(START_MS);
  const retention = new Retention({
    what: 'audit events',
    expire: (nowMs) => running.table.expire(nowMs - 3_600_000),
    clock,
    logger: silentLogger,
  });
  retention.start();
  await running.table.append([
    auditEvent({ name: 'old', receivedMs: START_MS - 3_300_000 }),
    auditEvent({ name: 'young', receivedMs: START_MS }),
  ]);
  // Looks every ten minutes.
  clock.advance(600_000);
  await eventually(
    async () => (await running.table.read({ limit: 10 })).map(({ event }) => event.objectRef.name),
    (names) => expect(names).toEqual(['young']),
  );
  await retention.stop();
});

test('a NUL in what a client sent does not cost the event', async () => {
  await using running = await startTable(AuditTable);
  await running.table.append(
    [auditEvent({ name: 'a\u0000b' }), auditEvent({ name: 'c' })].slice(1),
  );
  await running.table.append([{ ...auditEvent({ name: 'd' }), userAgent: 'evil\u0000agent' }]);
  const rows = await running.table.read({ limit: 10 });
  expect(rows.map(({ event }) => event.userAgent ?? null)).toEqual(['evil\ufffdagent', null]);
});

test('only who may list audit events reads the log, and only within the limits', async () => {
  await using running = await startTable(AuditTable);
  await running.table.append([auditEvent({ name: 'a' }), auditEvent({ name: 'b' })]);
  await using api = await testApi({ auditSource: running.table });
  expect((await api.client.auditLog({ limit: 1 })).events).toHaveLength(1);
  const page = await api.client.auditLog({ limit: 1 });
  const rest = await api.client.auditLog({ limit: 1, continue: page.continue });
  expect(rest).toMatchObject({ events: [{ objectRef: { name: 'a' } }], continue: undefined });
  await expect(api.client.auditLog({ limit: 0 })).rejects.toThrow(
    'limit: 0 is not between 1 and 1000',
  );
  await expect(api.client.auditLog({ continue: 'x' })).rejects.toThrow('continue:');
  const nobody = createClient(api.apiServer, { user: { name: 'eve', groups: [] } });
  await expect(nobody.auditLog()).rejects.toThrow(
    'events.audit.k8s.io is forbidden: User "eve" cannot list resource "events" in API group "audit.k8s.io" at the cluster scope',
  );
});

test('the log file has a line an event, for its owner alone, and is put aside when it is full', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-audit-'));
  const file = path.join(directory, 'audit.log');
  const size = Buffer.byteLength(`${JSON.stringify(auditEvent({ name: 'n0' }))}\n`);
  const log = new AuditLogFile({ file, maxBytes: 2 * size, maxBackups: 2 });
  for (let i = 0; i < 8; i++) await log.append([auditEvent({ name: `n${i}` })]);
  const namesIn = (name: string) =>
    fs
      .readFileSync(path.join(directory, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditEvent).objectRef.name);
  expect(fs.readdirSync(directory).sort()).toEqual(['audit.log', 'audit.log.1', 'audit.log.2']);
  expect(['audit.log.2', 'audit.log.1', 'audit.log'].flatMap(namesIn)).toEqual([
    'n2',
    'n3',
    'n4',
    'n5',
    'n6',
    'n7',
  ]);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  // A server that starts anew goes on with the file of the one before.
  await new AuditLogFile({ file, maxBytes: 2 * size, maxBackups: 2 }).append([
    auditEvent({ name: 'n8' }),
  ]);
  expect(namesIn('audit.log')).toEqual(['n8']);
  fs.rmSync(directory, { recursive: true });
});
