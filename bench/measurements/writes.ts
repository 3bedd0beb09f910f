import type { Sample } from '../figure.ts';
import type { HttpWritersQuestion } from '../load/http-writers.ts';
import { LoadProcess } from '../load/messages.ts';
import type { SqlWritersQuestion } from '../load/sql-writers.ts';
import type { LoadWindow, Throughput } from '../load/window.ts';
import { percentile } from '../statistics.ts';
import { openWorkbench, withDatabase } from '../workbench.ts';
import type { Measurement } from './measurement.ts';
import { profiled } from './profiled.ts';

const CLIENTS = 64;
const NAMESPACE = 'default';
/** With its metadata, the ConfigMap is 1 KB as JSON. */
const PAYLOAD_BYTES = 750;

/** Creates of single objects through each door, and the same rows inserted by as many PostgreSQL sessions. */
export const measureWrites: Measurement = async (ctx) => {
  await using bench = await openWorkbench({
    dist: ctx.options.dist,
    profiled: ctx.options.profileDirectory !== undefined,
  });
  const window = ctx.options.quick
    ? { warmupMs: 500, measuredMs: 1_500 }
    : { warmupMs: 3_000, measuredMs: 10_000 };
  ctx.say(`writes: ${CLIENTS} clients create ConfigMaps`);
  const writes = await profiled(ctx, bench, 'writes', () =>
    createConfigMaps(window, bench.server, 'graphql'),
  );
  ctx.say(`writes: ${CLIENTS} clients create ConfigMaps through the REST door`);
  const rest = await createConfigMaps(window, bench.server, 'rest');
  ctx.say(`writes: ${CLIENTS} PostgreSQL sessions insert the same rows`);
  const raw = await insertRows(window, bench.databaseUrl);
  return [...toSamples(writes, raw), ...restSamples(rest)];
};

async function createConfigMaps(
  window: LoadWindow,
  { url, token }: { url: string; token: string },
  door: HttpWritersQuestion['door'],
): Promise<Throughput> {
  await using load = LoadProcess.start('http-writers');
  const question: HttpWritersQuestion = {
    ...window,
    url,
    token,
    clients: CLIENTS,
    namespace: NAMESPACE,
    prefix: `bench-${door}`,
    door,
    payloadBytes: PAYLOAD_BYTES,
  };
  return await load.ask(question);
}

/** Tables like the store's, so that a create costs the same two rows and the same three indexes. */
const CREATE_TABLES = `
  create table bench_objects (like objects including all);
  create table bench_revisions (like revisions including all);
  create table bench_sample as
    select object::text as object from objects where resource = 'configmaps' and name like 'bench-%' limit 1;
  alter table bench_objects set (fillfactor = 60, toast_tuple_target = 8160);
  alter table bench_revisions set (toast_tuple_target = 8160)`;

const INSERT_ROWS = `
  with sample as (
    select object::json as object, 'bench-' || lpad(($1::bigint)::text, 9, '0') as name
    from bench_sample
  ),
  created as (
    insert into bench_objects
      (cluster_id, api_group, resource, namespace, name, resource_version, object)
    select 1, '', 'configmaps', 'default', name, $1::bigint, object from sample
  )
  insert into bench_revisions
    (cluster_id, resource_version, type, api_group, resource, namespace, name,
     previous_version, committed_ms, object)
  select 1, $1::bigint, 'ADDED', '', 'configmaps', 'default', name, 0, 0, object from sample`;

async function insertRows(window: LoadWindow, databaseUrl: string): Promise<Throughput> {
  await withDatabase(databaseUrl, (client) => client.query(CREATE_TABLES));
  await using load = LoadProcess.start('sql-writers');
  const question: SqlWritersQuestion = {
    ...window,
    databaseUrl,
    connections: CLIENTS,
    statement: INSERT_ROWS,
  };
  return await load.ask(question);
}

function toSamples(writes: Throughput, raw: Throughput): Sample[] {
  return [
    {
      name: 'writes_per_s',
      label: `creates of 1 KB ConfigMaps by ${CLIENTS} clients, one a GraphQL request`,
      unit: '/s',
      value: writes.perSecond,
      target: { atLeast: 2_000 },
      limitedBy: 'raw_insert_commit_per_s',
    },
    {
      name: 'raw_insert_commit_per_s',
      label: `the same two rows (object and revision) by ${CLIENTS} sessions, INSERT … COMMIT`,
      unit: '/s',
      value: raw.perSecond,
    },
    {
      name: 'write_p50_ms',
      label: 'time of one such create, median',
      unit: 'ms',
      value: percentile(writes.latenciesMs, 0.5),
    },
    {
      name: 'write_p99_ms',
      label: 'time of one such create, 99th percentile',
      unit: 'ms',
      value: percentile(writes.latenciesMs, 0.99),
    },
  ];
}

function restSamples(writes: Throughput): Sample[] {
  return [
    {
      name: 'rest_writes_per_s',
      label: `the same creates, one a POST of Kubernetes' REST API`,
      unit: '/s',
      value: writes.perSecond,
      limitedBy: 'raw_insert_commit_per_s',
    },
    {
      name: 'rest_write_p50_ms',
      label: 'time of one such POST, median',
      unit: 'ms',
      value: percentile(writes.latenciesMs, 0.5),
    },
    {
      name: 'rest_write_p99_ms',
      label: 'time of one such POST, 99th percentile',
      unit: 'ms',
      value: percentile(writes.latenciesMs, 0.99),
    },
  ];
}
