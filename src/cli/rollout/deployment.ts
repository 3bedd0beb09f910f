import { DEFAULT_NAMESPACE, parseResourceArguments } from '../arguments/resource-arguments.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import {
  GetDeploymentDocument,
  PatchObjectDocument,
  type PatchType,
  type RolloutDeploymentFragment,
} from '../generated/operations.ts';
import { ServerError } from '../transport/server-error.ts';

export type RolloutDeployment = RolloutDeploymentFragment;

export interface DeploymentPlace {
  readonly namespace: string;
  readonly name: string;
}

const WORDS = new Set(['deployment', 'deployments', 'deploy']);

/** Which Deployments the arguments name. @throws {UsageError} when they name something else or nothing */
export function toDeploymentPlaces(
  args: readonly string[],
  options: GlobalOptions,
): readonly [DeploymentPlace, ...DeploymentPlace[]] {
  const namespace = options.namespace ?? DEFAULT_NAMESPACE;
  const places = parseResourceArguments(args).map(({ resource, name }) => {
    const [word = '', ...rest] = resource.toLowerCase().split('.');
    if (!WORDS.has(word) || !['', 'apps', 'v1.apps'].includes(rest.join('.'))) {
      throw new UsageError(`"${resource}" has no rollouts here: name a deployment`);
    }
    if (name === undefined)
      throw new UsageError('required resource not specified: name a deployment');
    return { namespace, name };
  });
  const [first, ...others] = places;
  if (!first) throw new UsageError('required resource not specified: name a deployment');
  return [first, ...others];
}

/** As {@link toDeploymentPlaces}, of exactly one. */
export function toDeploymentPlace(
  args: readonly string[],
  options: GlobalOptions,
): DeploymentPlace {
  const [place, ...others] = toDeploymentPlaces(args, options);
  if (others.length > 0) throw new UsageError('name one deployment at a time');
  return place;
}

/** The Deployment, and the moment that it was read at. @throws {ServerError} NotFound */
export async function readDeployment(
  context: CliContext,
  { namespace, name }: DeploymentPlace,
): Promise<{ deployment: RolloutDeployment; resourceVersion: string }> {
  const client = await context.client();
  const { apps } = await client.request(GetDeploymentDocument, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
  });
  const list = apps.v1.deployments;
  const [deployment] = list?.items ?? [];
  if (deployment && list) return { deployment, resourceVersion: list.metadata.resourceVersion };
  throw new ServerError({
    reason: 'NotFound',
    message: `deployments.apps "${name}" not found`,
    details: { name, group: 'apps', kind: 'deployments' },
  });
}

/** Changes a Deployment and says so: `deployment.apps/web paused`. */
export async function patchDeployment(
  context: CliContext,
  { namespace, name }: DeploymentPlace,
  { type, patch, done }: { type: PatchType; patch: unknown; done: string },
): Promise<void> {
  const client = await context.client();
  const resource = 'deployments.v1.apps';
  await client.request(PatchObjectDocument, {
    resource,
    namespace,
    name,
    type,
    patch,
    dryRun: false,
  });
  context.print(`deployment.apps/${name} ${done}`);
}

/** An error about a Deployment in the state that it is in. */
export function deploymentError(name: string, why: string): CliError {
  return new CliError(`deployments.apps "${name}" ${why}`);
}
