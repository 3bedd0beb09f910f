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
import { toRolloutPlaces } from './places.ts';

export type RolloutDeployment = RolloutDeploymentFragment;

export interface DeploymentPlace {
  readonly namespace: string;
  readonly name: string;
}

/** Which Deployments the arguments name. @throws {UsageError} when they name something else or nothing */
export function toDeploymentPlaces(
  args: readonly string[],
  options: GlobalOptions,
): readonly DeploymentPlace[] {
  return toRolloutPlaces(args, options).map((place) => {
    if (place.type === 'deployment') return place;
    throw new UsageError(`"${place.type}" cannot be paused: name a deployment`);
  });
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
