/**
 * The GraphQL door: queries, mutations and subscriptions over HTTP, server-sent events and WebSocket, all at `/graphql`,
 * and a playground at `/`.
 *
 * Invariant: it holds no rule of its own. Everything goes through the `ApiClient` of whoever asks.
 * Entry point: {@link createGraphqlDoor}.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from './http/apollo-plugins.ts';
