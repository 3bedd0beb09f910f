/** Queries over HTTP and subscriptions over a WebSocket, with the types of the generated documents. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TypedDocumentString } from './generated/operations.ts';

const ENDPOINT = `${process.env.ORRERY_SERVER ?? `http://127.0.0.1:${process.env.ORRERY_PORT ?? 4000}`}/graphql`;
const DATA_DIRECTORY =
  process.env.ORRERY_DATA_DIR ?? path.join(import.meta.dirname, '../../.orrery');
const AUTHORIZATION = `Bearer ${readFileSync(path.join(DATA_DIRECTORY, 'token'), 'utf8').trim()}`;

interface Answer<Result> {
  readonly data?: Result;
  readonly errors?: readonly { readonly message: string }[];
}

/** Asks once. */
export async function query<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: AUTHORIZATION },
    body: JSON.stringify({ query: document, variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Result>;
  if (errors?.[0]) throw new Error(errors[0].message);
  if (!data) throw new Error(`the server answered ${response.status}`);
  return data;
}

/** Follows until the reader stops. */
export async function* subscribe<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): AsyncGenerator<Result, void, undefined> {
  const client = createClient({
    url: ENDPOINT.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: AUTHORIZATION },
  });
  try {
    const request = { query: document.toString(), variables };
    for await (const { data, errors } of client.iterate<Result>(request)) {
      if (errors?.[0]) throw new Error(errors[0].message);
      if (data) yield data;
    }
  } finally {
    await client.dispose();
  }
}
