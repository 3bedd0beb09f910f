import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { badRequest } from '../../scheme/errors.ts';
import type { RequestContext } from '../request-context.ts';
import type { PreparedOperation, Variables } from './compiler.ts';
import type { ExecutableSchema, SchemaHolder } from './schema-holder.ts';

/** Apollo copies its context, which a RequestContext with its private state does not survive: it goes in a wrapper. */
export interface ApolloContext {
  readonly request: RequestContext;
  /** The operation's run, when it has begun already and only its answer is to be written. */
  readonly running?: Promise<ExecutionResult>;
}

type GatewayInterface = ApolloServerOptionsWithGateway<ApolloContext>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;
type Result = Awaited<ReturnType<Executor>>;

/** Gives Apollo Server our executor and each new schema: what it calls a gateway. */
export function createApolloGateway(holder: SchemaHolder): GatewayInterface {
  const executables = new WeakMap<GraphQLSchema, ExecutableSchema>();
  return {
    onSchemaLoadOrUpdate(callback) {
      return holder.subscribe((next) => {
        executables.set(next.schema, next);
        callback({ apiSchema: next.schema, coreSupergraphSdl: '' });
      });
    },
    load: () =>
      Promise.resolve({
        async executor({ document, request, schema, context }) {
          const { request: ctx, running } = context as unknown as ApolloContext;
          if (running) return running as Promise<Result>;
          // The document was validated against `schema`: a change since then must not run it on another.
          const executable = executables.get(schema) ?? holder.current;
          const operation = executable.prepare(document, request.operationName);
          return executeOperation(operation, ctx, request.variables) as Promise<Result>;
        },
      }),
    stop: () => Promise.resolve(),
  };
}

/** Introspection is the same for everyone until the schema changes, and large: answered once. */
const introspections = new WeakMap<PreparedOperation, ExecutionResult>();

/** Runs a query or a mutation; warnings of the pipeline go into `extensions.warnings`. */
export async function executeOperation(
  operation: PreparedOperation | undefined,
  ctx: RequestContext,
  variables: Variables,
): Promise<ExecutionResult> {
  if (!operation) return refuse('Unknown operation: name one of those in the document');
  if (operation.operation.operation === 'subscription') {
    return refuse(
      'Subscriptions come over WebSocket (graphql-transport-ws) or, with `accept: text/event-stream`, as server-sent events',
    );
  }
  const isFixed =
    operation.isIntrospection && (operation.operation.variableDefinitions ?? []).length === 0;
  const known = isFixed ? introspections.get(operation) : undefined;
  if (known) return known;
  if (operation.readsOnce) ctx.expectOneRead();
  const result = await operation.run({ contextValue: ctx, variables });
  if (isFixed && !result.errors) introspections.set(operation, result);
  return ctx.warnings.length === 0 ? result : { ...result, extensions: { warnings: ctx.warnings } };
}

function refuse(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message, { originalError: badRequest(message) })] };
}
