import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Credentials } from '../apiserver/authentication/authenticator.ts';
import { rightsKeyOf } from '../apiserver/authentication/identities.ts';
import type { ApiClient, UserInfo } from '../apiserver/client.ts';
import type { GraphqlDoorOptions } from './door-options.ts';
import { executeOperation } from './execution/apollo-gateway.ts';
import type { PreparedOperation, Variables } from './execution/compiler.ts';
import { DocumentCache } from './execution/document-cache.ts';
import { SchemaHolder } from './execution/schema-holder.ts';
import { createErrorFormatter, type FormatError } from './format-error.ts';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from './limits/query-limits.ts';
import { RequestContext } from './request-context.ts';
import type { StreamMember } from './watch/event-stream.ts';
import { planSubscription } from './watch/plan-subscription.ts';
import { type SubscriptionHandle, SubscriptionHub } from './watch/subscription-hub.ts';

/** Who asks, and the API as they see it: one a request or connection. */
export interface Caller {
  readonly user: UserInfo;
  readonly client: ApiClient;
}

/** One operation, as clients send it. */
export interface OperationRequest {
  readonly query: string;
  readonly variables?: Variables;
  readonly operationName?: string | null | undefined;
}

/** What every transport needs: from a request's text to what it does. */
export class GraphqlService {
  readonly holder: SchemaHolder;
  readonly documents: DocumentCache;
  readonly limits: QueryLimits;
  readonly formatError: FormatError;
  readonly hub = new SubscriptionHub();
  readonly options: GraphqlDoorOptions;

  constructor(options: GraphqlDoorOptions) {
    this.options = options;
    this.limits = { ...DEFAULT_QUERY_LIMITS, ...options.limits };
    this.holder = new SchemaHolder(options);
    this.documents = new DocumentCache({
      limits: this.limits,
      introspection: options.introspection ?? true,
    });
    this.formatError = createErrorFormatter(options.logger);
  }

  /** @throws {ApiError} Unauthorized, Forbidden to act as somebody else */
  async authenticate(credentials: Credentials): Promise<Caller> {
    const identity = await this.options.authenticate(credentials);
    return { user: identity.user, client: this.options.clientFor(identity) };
  }

  createContext({ user, client }: Caller, signal?: AbortSignal): RequestContext {
    const { clock } = this.options;
    return new RequestContext({
      user,
      client,
      logger: this.options.logger,
      now: () => clock.now(),
      ...(signal ? { signal } : {}),
    });
  }

  /** The operation of a request, parsed, measured, validated and ready to run; or what is wrong with it. */
  prepare({ query, operationName }: OperationRequest): PreparedOperation | readonly GraphQLError[] {
    const executable = this.holder.current;
    const { document, errors } = this.documents.validated(executable.schema, query);
    if (errors) return errors;
    const operation = executable.prepare(document, operationName);
    if (operation) return operation;
    return [
      new GraphQLError('Unknown operation: name one of those in the document', {
        extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
      }),
    ];
  }

  /** Runs a query or a mutation. */
  execute(
    operation: PreparedOperation,
    variables: Variables,
    caller: Caller,
  ): Promise<ExecutionResult> {
    return executeOperation(operation, this.createContext(caller), variables);
  }

  /** Starts a subscription for `member`. Rejects when it cannot start. */
  async subscribe(
    operation: PreparedOperation,
    variables: Variables,
    caller: Caller,
    member: StreamMember,
  ): Promise<SubscriptionHandle> {
    const { fieldName, plan, shape } = planSubscription(
      operation,
      variables,
      this.createContext(caller),
    );
    member.onStart?.(plan.start.resourceVersion);
    return this.hub.subscribe(
      {
        key: `${schemaId(operation)}\0${rightsKeyOf(caller.user)}\0${shape}`,
        client: caller.client,
        plan,
        operation,
        variables,
        fieldName,
        createContext: () => this.createContext(caller),
        formatError: this.formatError,
        accessRevision: () => caller.client.accessRevision,
      },
      member,
    );
  }
}

const schemaIds = new WeakMap<object, number>();
let lastSchemaId = 0;

/** Subscriptions that began before a change of the schema go on with their own. */
function schemaId({ schema }: PreparedOperation): number {
  let id = schemaIds.get(schema);
  if (id === undefined) {
    id = ++lastSchemaId;
    schemaIds.set(schema, id);
  }
  return id;
}
