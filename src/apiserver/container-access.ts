import type { HttpAnswer, HttpRequest } from '../lib/container-streams.ts';
import { corePods } from '../scheme/generated/resources.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { ApiServerOptions } from './api-server-options.ts';
import type {
  ConnectVerb,
  LogConnection,
  PortConnection,
  ProcessConnection,
  ProcessRequest,
  Target,
} from './client.ts';
import type { Registry } from './registry/registry.ts';
import type { RequestContext } from './request-context.ts';
import type { Serve } from './serve.ts';
import {
  type OutputFollower,
  openPorts,
  openProcess,
} from './subresources/container-connection.ts';
import { followOutput, followPodLog } from './subresources/follow-pod-log.ts';
import { readPodLog } from './subresources/pod-log.ts';
import type { PodLogOptions } from './subresources/pod-log-options.ts';
import { PROXY_VERBS, proxyRequest } from './subresources/proxy.ts';

export interface ContainerAccessParts {
  readonly registry: Registry;
  readonly options: Pick<ApiServerOptions, 'containerLogs' | 'containerStreams'>;
  readonly serve: Serve;
}

/**
 * What leads to containers: their logs, and connections to what runs in them. A connection counts as under way while it opens,
 * not while it is open.
 */
export class ContainerAccess {
  readonly #registry: Registry;
  readonly #options: ContainerAccessParts['options'];
  readonly #serve: Serve;

  constructor({ options, registry, serve }: ContainerAccessParts) {
    this.#registry = registry;
    this.#options = options;
    this.#serve = serve;
  }

  /** What a container printed: `get` of `pods/log`. @throws {ApiError} Forbidden, NotFound, Invalid, BadRequest */
  podLog(ctx: RequestContext, target: Target, options: PodLogOptions = {}): Promise<string> {
    const request = { verb: 'get', ref: corePods, ...target, subresource: 'log' };
    return this.#serve(ctx, request, (context) =>
      readPodLog(this.#registry, context, this.#options.containerLogs, { target, options }),
    );
  }

  /** As {@link podLog}, to be gone on with. */
  followPodLog(
    ctx: RequestContext,
    target: Target,
    options: PodLogOptions,
  ): Promise<LogConnection> {
    const request = { verb: 'get', ref: corePods, ...target, subresource: 'log' };
    return this.#serve(ctx, request, (context) =>
      followPodLog(this.#registry, context, this.#options.containerLogs, { target, options }),
    );
  }

  /** `pods/exec` and `pods/attach`. @throws {ApiError} Forbidden, NotFound, BadRequest, ServiceUnavailable */
  openProcess(
    ctx: RequestContext,
    target: Target,
    process: ProcessRequest,
  ): Promise<ProcessConnection> {
    const { subresource, verb } = process;
    const request = { verb, ref: corePods, ...target, subresource };
    return this.#serve(ctx, request, (context) =>
      openProcess(this.#parts(context), target, process, this.#follower(context)),
    );
  }

  /** `pods/portforward`. @throws {ApiError} Forbidden, NotFound, BadRequest, ServiceUnavailable */
  openPorts(ctx: RequestContext, target: Target, verb: ConnectVerb): Promise<PortConnection> {
    const request = { verb, ref: corePods, ...target, subresource: 'portforward' };
    return this.#serve(ctx, request, (context) => openPorts(this.#parts(context), target, verb));
  }

  /** `pods/proxy` and `services/proxy`. @throws {ApiError} Forbidden, NotFound, BadRequest, ServiceUnavailable */
  proxy(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target,
    http: HttpRequest,
  ): Promise<HttpAnswer> {
    const verb = PROXY_VERBS[http.method] ?? 'get';
    const request = { verb, ref, ...target, subresource: 'proxy' };
    return this.#serve(ctx, request, (context) =>
      proxyRequest(this.#parts(context), ref, target, http),
    );
  }

  #parts(ctx: RequestContext) {
    return { registry: this.#registry, ctx, streams: this.#options.containerStreams };
  }

  #follower(ctx: RequestContext): OutputFollower {
    return async (pod, container, output, signal) => {
      const { containerLogs } = this.#options;
      if (!containerLogs) return;
      const following = { pod, container, output, signal };
      await followOutput(this.#registry, ctx, containerLogs, following);
    };
  }
}
