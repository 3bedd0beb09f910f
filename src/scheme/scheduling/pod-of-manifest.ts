import { badRequest } from '../errors.ts';
import type { ObjectMeta } from '../object.ts';

/** A Pod as somebody describes it. Nothing of its spec is checked. */
export interface DescribedPod {
  readonly metadata: ObjectMeta;
  readonly spec: Readonly<Record<string, unknown>>;
  /** How many of it the manifest asks for. */
  readonly count: number;
}

type Members = Readonly<Record<string, unknown>>;

/** Longer names leave no room for what the server puts behind them. */
const MAX_NAME_LENGTH = 40;

/**
 * The Pod that a manifest is about: itself, or made from the template of a workload, in the workload's namespace. It has no
 * name, so that it stands in nobody's way.
 * @throws {ApiError} BadRequest for what is no Pod and has no template of one
 */
export function podOfManifest(manifest: unknown): DescribedPod {
  const { kind, metadata, spec } = membersOf(manifest, 'the manifest');
  const own = membersOf(metadata ?? {}, 'metadata');
  if (typeof kind !== 'string') throw badRequest('the manifest has no kind');
  if (kind === 'Pod') return describe(own, own, membersOf(spec, 'spec'), 1);
  const holder = membersOf(spec ?? {}, 'spec');
  const workload = kind === 'CronJob' ? jobSpecOf(holder) : holder;
  const template = kind === 'PodTemplate' ? (manifest as Members).template : workload.template;
  if (template === undefined) {
    throw badRequest(
      `${kind} has no template of a Pod: give a Pod, or a workload such as a Deployment`,
    );
  }
  const { metadata: inner, spec: podSpec } = membersOf(template, 'template');
  const meta = membersOf(inner ?? {}, 'template.metadata');
  return describe(own, meta, membersOf(podSpec, 'template.spec'), countOf(kind, workload));
}

function jobSpecOf(holder: Members): Members {
  return membersOf(membersOf(holder.jobTemplate, 'spec.jobTemplate').spec, 'spec.jobTemplate.spec');
}

function describe(
  owner: Members,
  { labels, annotations }: Members,
  spec: Members,
  count: number,
): DescribedPod {
  const { generateName, name, namespace } = owner;
  const base = typeof name === 'string' && name !== '' ? `${name}-` : generateName;
  const prefix = typeof base === 'string' && base !== '' ? base : 'simulated-';
  const metadata = {
    generateName: prefix.slice(-MAX_NAME_LENGTH),
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  // What is wrong with these is for the pipeline to say, as of any Pod.
  return { metadata: metadata as ObjectMeta, spec, count };
}

function countOf(kind: string, { parallelism, replicas }: Members): number {
  const asked = kind === 'Job' || kind === 'CronJob' ? parallelism : replicas;
  return typeof asked === 'number' && asked > 0 ? asked : 1;
}

function membersOf(value: unknown, what: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Members;
  }
  throw badRequest(`${what} is not an object`);
}
