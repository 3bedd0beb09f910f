import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../../../src/cli/connection.ts';
import { ServerVersionDocument } from '../../../../src/cli/generated/operations.ts';
import { GraphqlClient } from '../../../../src/cli/transport/graphql-client.ts';

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A client of a server that gives one answer to everything. */
async function clientOf(
  answer: Answer,
  connection: Partial<Connection> = {},
  signal = new AbortController().signal,
) {
  const server = http.createServer((request, response) => {
    request.resume().once('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/graphql`;
  const defaults = { endpoint, dataDirectory: '/data', token: 'secret', tokenPlace: '/data/token' };
  const client = new GraphqlClient({ connection: { ...defaults, ...connection }, signal });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { client, [Symbol.asyncDispose]: close };
}

const json =
  (body: unknown, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const ask = (client: GraphqlClient) => client.request(ServerVersionDocument, {});

describe('a request', () => {
  test('brings the token and gets the data, with the advice that comes along', async () => {
    let authorization: string | undefined;
    const version = { gitVersion: 'v1.36.0' };
    await using server = await clientOf((request, response) => {
      authorization = request.headers.authorization;
      json({ data: { version }, extensions: { warnings: ['old'] } })(request, response);
    });
    expect(await ask(server.client)).toEqual({ version });
    expect(authorization).toBe('Bearer secret');
    expect([...server.client.warnings]).toEqual(['old']);
  });

  test('to a place where nobody listens says how to start a control plane', async () => {
    await using server = await clientOf(json({}), { endpoint: 'http://127.0.0.1:9/graphql' });
    await expect(ask(server.client)).rejects.toThrow(
      /no control plane answers at http:\/\/127.0.0.1:9.*orrery up.*npm start/,
    );
  });

  test('with a token that is refused says where it is from', async () => {
    await using server = await clientOf(json({ kind: 'Status' }, 401));
    await expect(ask(server.client)).rejects.toThrow(
      /refuses the token of \/data\/token.*--data-dir/,
    );
  });

  test('without a token says where none was found', async () => {
    await using server = await clientOf(json({ kind: 'Status' }, 401), { token: undefined });
    await expect(ask(server.client)).rejects.toThrow(
      'wants a token and /data/token does not exist',
    );
  });

  test('to some other server says so', async () => {
    await using server = await clientOf((_, response) => response.writeHead(404).end('<html>'));
    await expect(ask(server.client)).rejects.toThrow(/is no Orrery control plane \(HTTP 404\)/);
  });

  test('that is refused before GraphQL is reached shows the Status', async () => {
    const status = {
      kind: 'Status',
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large',
    };
    await using server = await clientOf(json(status, 413));
    await expect(ask(server.client)).rejects.toMatchObject({
      text: 'Error from server (RequestEntityTooLarge): Request entity too large',
    });
  });

  test('whose answer has an error fails, whatever else is in it', async () => {
    const answer = { data: { version: null }, errors: [{ message: 'no' }] };
    await using server = await clientOf(json(answer));
    await expect(ask(server.client)).rejects.toMatchObject({ text: 'error: no' });
  });

  test('ends with the exit code of Ctrl-C when it is interrupted', async () => {
    const abort = new AbortController();
    await using server = await clientOf(() => abort.abort(), {}, abort.signal);
    await expect(ask(server.client)).rejects.toMatchObject({ exitCode: 130, text: '' });
  });
});
