import { randomUUID } from 'node:crypto';
import { type Clock, toRfc3339Micro } from '../../lib/clock.ts';
import { isApiError } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type {
  AuditEvent,
  AuditLevel,
  AuditObjectReference,
  AuditStage,
  AuditUser,
} from '../../store/telemetry/audit-event.ts';
import type { ApiRequest } from '../api-request.ts';
import type { UserInfo } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { type AuditPolicy, type AuditRule, findRule } from './audit-policy.ts';
import { requestUri } from './request-uri.ts';

/** Takes audit events; it must return at once. */
export type AuditSink = (event: AuditEvent) => void;

export interface AuditorOptions {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
  readonly clock: Clock;
}

/** Decides what is audited, and makes the events. */
export class Auditor {
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  /** Runs `handle`, and keeps what came of it: one trail a request; those that are not audited cost nothing more. */
  follow<T>(
    ctx: RequestContext,
    requests: ApiRequest | readonly ApiRequest[],
    handle: (ctx: RequestContext) => Promise<T>,
  ): Promise<T> {
    const trails =
      'ref' in requests
        ? [this.#begin(ctx, requests)]
        : requests.map((request) => this.#begin(ctx, request));
    return trails.some(Boolean) ? this.#keep(ctx, requests, trails, handle) : handle(ctx);
  }

  async #keep<T>(
    ctx: RequestContext,
    requests: ApiRequest | readonly ApiRequest[],
    trails: readonly (AuditTrail | undefined)[],
    handle: (ctx: RequestContext) => Promise<T>,
  ): Promise<T> {
    const onAnnotation = (key: string, value: string): void => {
      ctx.onAnnotation?.(key, value);
      for (const trail of trails) trail?.annotate(key, value);
    };
    const onWatchEnd = (): void => {
      ctx.onWatchEnd?.();
      for (const trail of trails) trail?.end();
    };
    try {
      const answer = await handle({ ...ctx, onAnnotation, onWatchEnd });
      const answers = 'ref' in requests ? [answer] : (answer as readonly unknown[]);
      for (const [i, trail] of trails.entries()) trail?.complete(answers[i]);
      return answer;
    } catch (thrown) {
      for (const trail of trails) trail?.fail(thrown);
      throw thrown;
    }
  }

  #begin(ctx: RequestContext, request: ApiRequest): AuditTrail | undefined {
    const { ref, verb, subresource, namespace, name } = request;
    const { group, resource } = ref;
    const { policy, sink, clock } = this.#options;
    const { user } = ctx;
    const action = { user, verb, group, resource, subresource, namespace, name };
    const rule = findRule(policy, action);
    return rule && new AuditTrail({ policy, sink, clock, rule, ctx, request });
  }
}

/** Whatever ends a watch, it was answered. */
const WATCHED = { responseStatus: { code: 200 } };

interface AuditTrailOptions extends AuditorOptions {
  readonly rule: AuditRule;
  readonly ctx: RequestContext;
  readonly request: ApiRequest;
}

/** One request, from when it came in until its answer is known; a watch until it ends. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #auditID = randomUUID();
  readonly #received: string;
  readonly #level: AuditEvent['level'];
  #annotations: Record<string, string> | undefined;
  /** How far a watch has come. */
  #watch: 'opening' | 'open' | 'ended' = 'opening';

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#received = toRfc3339Micro(options.clock.now());
    this.#level = levelOf(options);
    this.#write('RequestReceived', {});
  }

  /** A note of authorization or admission. */
  readonly annotate = (key: string, value: string): void => {
    this.#annotations ??= {};
    this.#annotations[key] = value;
  };

  complete(answer: unknown): void {
    const { verb } = this.#options.request;
    if (verb === 'watch') this.#start();
    else this.#answered(verb, answer);
  }

  #answered(verb: string, answer: unknown): void {
    const result = resultOf(answer);
    const code = verb === 'create' ? 201 : 200;
    const responseObject = this.#level === 'RequestResponse' ? this.#cleaned(result) : undefined;
    this.#write('ResponseComplete', {
      objectRef: this.#referenceTo(result),
      responseStatus: { code },
      responseObject,
    });
  }

  #start(): void {
    const isOver = this.#watch === 'ended';
    this.#watch = 'open';
    this.#write('ResponseStarted', WATCHED);
    if (isOver) this.end();
  }

  /** A watch is over, which may be before its opener knows that it is open. */
  end(): void {
    const wasOpen = this.#watch === 'open';
    this.#watch = 'ended';
    if (wasOpen) this.#write('ResponseComplete', WATCHED);
  }

  fail(error: unknown): void {
    const { code, reason, message } = isApiError(error)
      ? error
      : {
          code: 500,
          reason: 'InternalError',
          message: 'the server met an error that it did not foresee',
        };
    // Messages about a field may quote its value.
    const told = holdsSecrets(this.#options.request) ? {} : { message };
    this.#write('ResponseComplete', {
      responseStatus: { status: 'Failure', reason, ...told, code },
    });
  }

  /** Runs with every audited request: what is undefined is left out when it is written down. */
  #write(stage: AuditStage, more: Partial<AuditEvent>): void {
    const { rule, sink, ctx, request, clock } = this.#options;
    if (rule.omitStages.has(stage)) return;
    const { impersonator, source, user } = ctx;
    const isBodyWanted = this.#level !== 'Metadata' && stage !== 'RequestReceived';
    sink({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: this.#level,
      auditID: this.#auditID,
      stage,
      requestURI: requestUri(request),
      verb: request.verb,
      user: toAuditUser(impersonator ?? user),
      impersonatedUser: impersonator && toAuditUser(user),
      sourceIPs: source?.addresses,
      userAgent: source?.userAgent,
      objectRef: more.objectRef ?? this.#referenceTo(request.body),
      requestObject: isBodyWanted ? this.#cleaned(request.body) : undefined,
      responseObject: more.responseObject,
      responseStatus: more.responseStatus,
      requestReceivedTimestamp: this.#received,
      stageTimestamp: toRfc3339Micro(clock.now()),
      annotations: this.#annotations,
    });
  }

  /** The object that the request is about; what it does not say itself (a generated name) is told by its answer. */
  #referenceTo(object: unknown): AuditObjectReference {
    const { ref, namespace, name, subresource } = this.#options.request;
    const metadata = isObject(object) ? (object as Partial<ApiObject>).metadata : undefined;
    const isSame = metadata?.name !== undefined && (name === undefined || name === metadata.name);
    const known = isSame ? metadata : undefined;
    return {
      apiGroup: ref.group || undefined,
      apiVersion: ref.version,
      resource: ref.resource,
      subresource,
      namespace: namespace || known?.namespace,
      name: name || known?.name,
      uid: known?.uid,
      resourceVersion: known?.resourceVersion,
    };
  }

  #cleaned(object: unknown): object | undefined {
    if (!isObject(object)) return undefined;
    const { metadata } = object as Partial<ApiObject>;
    if (!this.#options.rule.omitManagedFields || !metadata?.managedFields) return object;
    return { ...object, metadata: { ...metadata, managedFields: undefined } };
  }
}

/** Bodies that hold secrets are never kept, whatever the policy says. */
function levelOf({ rule, request }: AuditTrailOptions): AuditEvent['level'] {
  return holdsSecrets(request) ? 'Metadata' : (rule.level as Exclude<AuditLevel, 'None'>);
}

function holdsSecrets({ ref, subresource }: ApiRequest): boolean {
  if (ref.group === 'authentication.k8s.io') return true;
  return ref.group === '' && (ref.resource === 'secrets' || subresource === 'token');
}

/** Some answers have the object beside what was done to it. */
function resultOf(answer: unknown): unknown {
  if (!isObject(answer) || 'metadata' in answer) return answer;
  return (answer as { object?: unknown }).object;
}

function toAuditUser({ name, ...rest }: UserInfo): AuditUser {
  return { username: name, ...rest };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
