import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { FormattedExecutionResult } from 'graphql';
import { type ApolloContext, createApolloGateway } from '../execution/apollo-gateway.ts';
import { REFINEMENT_RULE } from '../execution/refinement-rule.ts';
import type { GraphqlService } from '../graphql-service.ts';
import { createCostRule } from '../limits/cost-rule.ts';

/** Apollo Server with our executor: it keeps GraphQL over HTTP, validation and the documents that passed it. */
export function createApollo(service: GraphqlService): ApolloServer<ApolloContext> {
  const { logger, introspection = true } = service.options;
  const log = (write: (message: string) => void) => (message?: unknown) => write(String(message));
  return new ApolloServer<ApolloContext>({
    gateway: createApolloGateway(service.holder),
    formatError: service.formatError,
    introspection,
    validationRules: [createCostRule(service.limits.maxCost), REFINEMENT_RULE],
    parseOptions: { maxTokens: service.limits.maxTokens },
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    stringifyResult: (result: FormattedExecutionResult) => JSON.stringify(result),
    nodeEnv: 'production',
    logger: {
      debug: log((message) => logger.debug(message)),
      info: log((message) => logger.info(message)),
      warn: log((message) => logger.warn(message)),
      error: log((message) => logger.error(message)),
    },
    plugins: [
      // It would wrap every resolver, and a wrapped resolver cannot be compiled into its query.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}
