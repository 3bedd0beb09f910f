import pg from 'pg';
import type { Job } from '../../../../../src/scheme/generated/types/batch-v1.ts';
import type { Node, Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../../../src/scheme/object.ts';
import { amountsOf, podRequests } from '../../../../../src/scheme/resources-of-pod.ts';
import { hasEnded } from '../workloads.ts';

interface HistoricChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  /** Of Pods, Jobs and Nodes alone; null for others, which are there to be counted. */
  readonly object: ApiObject | null;
}

interface Row {
  readonly type: HistoricChange['type'];
  readonly version: string;
  readonly object: ApiObject | null;
}

const CHANGES = `
  select type, resource_version as version,
         case when resource in ('pods', 'jobs', 'nodes') then object end as object
    from revisions
   where resource_version > $1::bigint
   order by resource_version`;

/** Judges what was true at each moment of a cluster's history, a sentence for each law that was broken. */
export class HistoryJudge {
  readonly #last = new Map<string, ApiObject>();
  readonly #nodes = new Map<string, NodeLoad>();
  /** CronJob and time of each Job that a CronJob made. */
  readonly #cronRuns = new Set<string>();
  #version = 0;
  /** How many changes it has seen. */
  seen = 0;

  /** Reads what is new behind the server's back, and judges it. */
  async violations(databaseUrl: string): Promise<string[]> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<Row>(CHANGES, [this.#version]);
      return rows.flatMap((row) => this.#take({ ...row, version: Number(row.version) }));
    } finally {
      await client.end();
    }
  }

  #take({ type, version, object }: HistoricChange): string[] {
    const isNext = this.#version === 0 || version === this.#version + 1;
    const gap = isNext ? [] : [`${version} follows ${this.#version}`];
    this.#version = version;
    this.seen++;
    if (object === null) return gap;
    const uid = object.metadata.uid ?? '';
    const before = this.#last.get(uid);
    if (type === 'DELETED') this.#last.delete(uid);
    else this.#last.set(uid, object);
    const broken = this.#judge(type, object, before);
    const { kind, metadata } = object;
    return [...gap, ...broken.map((law) => `${kind} ${metadata.name} ${law} at ${version}`)];
  }

  #judge(type: string, object: ApiObject, before: ApiObject | undefined): string[] {
    switch (object.kind) {
      case 'Node':
        this.#loadOf(object.metadata.name ?? '').setNode(object as Node);
        return [];
      case 'Job':
        return [
          ...lawsOfJobs(object as Job, before as Job | undefined),
          ...(type === 'ADDED' ? this.#countRun(object as Job) : []),
        ];
      default:
        return [
          ...lawsOfPods(object as Pod, before as Pod | undefined),
          ...this.#place(type, object as Pod, before as Pod | undefined),
        ];
    }
  }

  /** A CronJob runs once at each of its times. */
  #countRun({ metadata }: Job): string[] {
    const time = metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'];
    const run = `${metadata.ownerReferences?.[0]?.uid} ${time}`;
    if (time === undefined) return [];
    const isSecond = this.#cronRuns.has(run);
    this.#cronRuns.add(run);
    return isSecond ? [`is the second of its CronJob for ${time}`] : [];
  }

  /** No Pod is bound to a node that cannot hold it beside those that it has. */
  #place(type: string, pod: Pod, before: Pod | undefined): string[] {
    const name = pod.spec?.nodeName;
    if (name === undefined) return [];
    const load = this.#loadOf(name);
    if (type === 'DELETED' || hasEnded(pod)) load.remove(pod);
    else load.set(pod);
    const isBinding = before !== undefined && before.spec?.nodeName === undefined;
    return isBinding && load.isTooMuch ? [`is bound to ${name}, which cannot hold it`] : [];
  }

  #loadOf(node: string): NodeLoad {
    const known = this.#nodes.get(node) ?? new NodeLoad();
    this.#nodes.set(node, known);
    return known;
  }
}

/** What the Pods of a node ask for, and what it has. */
class NodeLoad {
  readonly #cpuOf = new Map<string, number>();
  #allocatable = 0;

  setNode({ status }: Node): void {
    this.#allocatable = amountsOf(status?.allocatable).cpu ?? 0;
  }

  set({ metadata, spec }: Pod): void {
    this.#cpuOf.set(metadata.uid ?? '', spec ? (podRequests(spec).cpu ?? 0) : 0);
  }

  remove({ metadata }: Pod): void {
    this.#cpuOf.delete(metadata.uid ?? '');
  }

  get isTooMuch(): boolean {
    return [...this.#cpuOf.values()].reduce((sum, cpu) => sum + cpu, 0) > this.#allocatable;
  }
}

function lawsOfPods(pod: Pod, before: Pod | undefined): string[] {
  if (before === undefined) return [];
  const from = before.spec?.nodeName;
  const hasMoved = from !== undefined && pod.spec?.nodeName !== from;
  const hasRisen = hasEnded(before) && pod.status?.phase !== before.status?.phase;
  return [
    ...(hasMoved ? [`moves from ${from} to ${pod.spec?.nodeName}`] : []),
    ...(hasRisen ? [`becomes ${pod.status?.phase} after it was ${before.status?.phase}`] : []),
  ];
}

function lawsOfJobs(job: Job, before: Job | undefined): string[] {
  const succeeded = job.status?.succeeded ?? 0;
  const completions = job.spec?.completions ?? 1;
  const forgets = succeeded < (before?.status?.succeeded ?? 0);
  return [
    ...(succeeded > completions ? [`counts ${succeeded} of ${completions}`] : []),
    ...(forgets ? ['forgets what it has counted'] : []),
  ];
}
