/** `pods/exec`, `pods/attach`, `pods/portforward`: admits who wants to reach into a container, and leads them there. */
import type {
  ByteSink,
  ByteSource,
  ContainerStreams,
  PodAddress,
  ProcessStreams,
} from '../../lib/container-streams.ts';
import { ApiError, badRequest } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import { createAdmission, runAdmission } from '../admission/admission.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type {
  ConnectVerb,
  PortConnection,
  ProcessConnection,
  ProcessRequest,
  Target,
} from '../client.ts';
import type { Registry } from '../registry/registry.ts';
import { createWriteScope } from '../registry/write-scope.ts';
import type { RequestContext } from '../request-context.ts';
import { currentObject } from './current-object.ts';
import { containerOf } from './run-of-container.ts';

const KINDS = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
} as const;

/** Follows what a container prints that does not read from stdin. */
export type OutputFollower = (
  pod: Pod,
  container: string,
  output: ByteSink,
  signal: AbortSignal,
) => Promise<void>;

export interface ConnectionParts {
  readonly registry: Registry;
  readonly ctx: RequestContext;
  /** Undefined where this server runs no containers. */
  readonly streams: ContainerStreams | undefined;
}

/** @throws {ApiError} Forbidden, NotFound, BadRequest, ServiceUnavailable */
export async function openProcess(
  parts: ConnectionParts,
  target: Target,
  request: ProcessRequest,
  follow: OutputFollower,
): Promise<ProcessConnection> {
  assertValidRequest(request);
  const { command = [], subresource, verb, ...options } = request;
  const body = subresource === 'exec' ? { ...options, command } : options;
  const pod = await admit(parts, target, { subresource, verb, body });
  const container = containerOf(pod, request.container);
  const streams = reachable(parts, pod);
  const address = addressOf(pod);
  if (subresource === 'exec') {
    return (io, signal) => streams.exec(address, container, command, chosen(io, request), signal);
  }
  if (readsInput(pod, container)) {
    return (io, signal) => streams.attach(address, container, chosen(io, request), signal);
  }
  return async ({ stdout }, signal) => {
    if (stdout) await follow(pod, container, stdout, signal);
    return 0;
  };
}

/** @throws {ApiError} Forbidden, NotFound, BadRequest, ServiceUnavailable */
export async function openPorts(
  parts: ConnectionParts,
  target: Target,
  verb: ConnectVerb,
): Promise<PortConnection> {
  const pod = await admit(parts, target, { subresource: 'portforward', verb, body: {} });
  const streams = reachable(parts, pod);
  const address = addressOf(pod);
  return (port: number, connection: { input: ByteSource; output: ByteSink }, signal: AbortSignal) =>
    streams.connect(address, port, connection, signal);
}

interface Connect {
  readonly subresource: keyof typeof KINDS;
  readonly verb: ConnectVerb;
  readonly body: object;
}

async function admit(
  { ctx, registry }: ConnectionParts,
  target: Target,
  { body, subresource, verb }: Connect,
): Promise<Pod> {
  const { authorizer, resources } = registry;
  const resource = resources.resolve(corePods);
  const place = { namespace: resource.namespaceOf(target) ?? '', name: target.name };
  const action = { resource: resource.definition, subresource, ...place };
  await assertAuthorized(authorizer, ctx.user, { ...action, verb });
  // A WebSocket can only be asked for by a GET: reading alone must not let anybody in.
  if (verb !== 'create')
    await assertAuthorized(authorizer, ctx.user, { ...action, verb: 'create' });
  const kind = KINDS[subresource];
  const object = { apiVersion: 'v1', kind, metadata: {}, ...body };
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, {});
  await runAdmission(
    createAdmission(scope, { operation: 'CONNECT', subresource, kind, object, place }),
  );
  return currentObject(registry, ctx, corePods, place);
}

function assertValidRequest({
  command,
  stderr,
  stdin,
  stdout,
  subresource,
  tty,
}: ProcessRequest): void {
  if (!stdin && !stdout && !stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  if (tty && stderr) throw badRequest('tty and stderr cannot both be true');
  if (subresource === 'exec' && !command?.length) {
    throw badRequest('you must specify at least one command for the container');
  }
}

function reachable({ streams }: ConnectionParts, { metadata, spec }: Pod): ContainerStreams {
  if (!spec?.nodeName) throw badRequest(`pod ${metadata.name} does not have a host assigned`);
  if (streams) return streams;
  throw new ApiError('ServiceUnavailable', 'this server runs no containers');
}

function addressOf({ metadata }: Pod): PodAddress {
  const { name = '', namespace = '', uid = '' } = metadata;
  return { namespace, name, uid };
}

function readsInput({ spec }: Pod, name: string): boolean {
  const containers: readonly Container[] = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...((spec?.ephemeralContainers ?? []) as readonly Container[]),
  ];
  return containers.find((container) => container.name === name)?.stdin ?? false;
}

/** Only what was asked for, whatever the door could offer. */
function chosen(
  { stderr, stdin, stdout, terminalSize }: ProcessStreams,
  request: ProcessRequest,
): ProcessStreams {
  return {
    stdin: request.stdin ? stdin : undefined,
    stdout: request.stdout ? stdout : undefined,
    stderr: request.stderr ? stderr : undefined,
    terminalSize: request.tty ? terminalSize : undefined,
  };
}
