import type pg from 'pg';
import { withDatabase } from '../workbench.ts';

/** What a workload wrote: so many objects were created, and so many writes there were in all. */
export interface Workload {
  readonly objects: number;
  readonly writes: number;
}

const BATCH = 200;

/** Tables and indexes like the store's, and a Pod as the workload left it. */
const PREPARE = `
  drop table if exists raw_objects, raw_revisions, raw_sample;
  create table raw_objects (like objects including all);
  create table raw_revisions (like revisions including all);
  create table raw_sample as select object::text as object from objects where resource = 'pods' limit 1;
  alter table raw_objects set (fillfactor = 60, toast_tuple_target = 8160);
  alter table raw_revisions set (toast_tuple_target = 8160)`;

/** Without statistics, the planner would scan the whole table for each batch. */
const LOOK_UP_KEYS =
  'set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off';

const CREATE = `
  with object as (
    select n, 'raw-' || n as name, object::json as object
    from generate_series($1::bigint, $2::bigint) n, raw_sample
  ),
  logged as (
    insert into raw_revisions
      (cluster_id, resource_version, type, api_group, resource, namespace, name,
       previous_version, committed_ms, object)
    select 1, n, 'ADDED', '', 'pods', 'default', name, 0, 0, object from object
  )
  insert into raw_objects
    (cluster_id, api_group, resource, namespace, name, resource_version, object)
  select 1, '', 'pods', 'default', name, n, object from object`;

/** $3 is the number of objects: writes go round them. */
const UPDATE = `
  with object as (
    select n, 'raw-' || (1 + (n - 1) % $3::bigint) as name, object::json as object
    from generate_series($1::bigint, $2::bigint) n, raw_sample
  ),
  logged as (
    insert into raw_revisions
      (cluster_id, resource_version, type, api_group, resource, namespace, name,
       previous_version, committed_ms, object)
    select 1, n, 'MODIFIED', '', 'pods', 'default', name, 1, 0, object from object
  )
  update raw_objects o
  set resource_version = object.n,
    object = object.object
  from object
  where o.cluster_id = 1
    and o.api_group = ''
    and o.resource = 'pods'
    and o.namespace = 'default'
    and o.name = object.name`;

/** Seconds that PostgreSQL needs for such rows when nothing else is done: present and log, 200 writes a transaction. */
export function measureRawRows(databaseUrl: string, workload: Workload): Promise<number> {
  return withDatabase(databaseUrl, async (client) => {
    await client.query(PREPARE);
    await client.query(LOOK_UP_KEYS);
    const startedAt = performance.now();
    await run(client, workload);
    return (performance.now() - startedAt) / 1_000;
  });
}

async function run(client: pg.Client, { objects, writes }: Workload): Promise<void> {
  for (let first = 1; first <= writes; first += BATCH) {
    const last = Math.min(first + BATCH - 1, first <= objects ? objects : writes);
    const isCreate = first <= objects;
    // Every object is there now: with statistics, each update of a batch finds its row by the primary key.
    if (first === objects + 1) await client.query('analyze raw_objects');
    await client.query({
      name: isCreate ? 'raw-create' : 'raw-update',
      text: isCreate ? CREATE : UPDATE,
      values: isCreate ? [first, last] : [first, last, objects],
    });
  }
}
