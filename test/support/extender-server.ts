import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Pod } from '../../src/scheme/generated/types/core-v1.ts';

/** What an extender is asked; which of it there is depends on the verb. */
export interface ExtenderQuestion {
  readonly Pod?: Pod;
  readonly NodeNames?: readonly string[];
  readonly Node?: string;
  readonly NodeNameToVictims?: Readonly<Record<string, { Pods: Pod[]; NumPDBViolations: number }>>;
  readonly NodeNameToMetaVictims?: Readonly<Record<string, { Pods: { UID: string }[] }>>;
}

/** What it answers to each verb; nothing at all when that is undefined. */
export type ExtenderAnswers = Readonly<Record<string, (question: ExtenderQuestion) => unknown>>;

export interface TestExtender extends AsyncDisposable {
  readonly urlPrefix: string;
  /** The verbs, in order. */
  readonly asked: readonly string[];
}

/** An extender that answers each verb by a function; a verb that it does not know is a fault of the server. */
export async function extenderWith(
  answers: ExtenderAnswers,
  tls?: ServerOptions,
): Promise<TestExtender> {
  const asked: string[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const verb = request.url?.split('/').at(-1) ?? '';
      asked.push(verb);
      const answer = answers[verb];
      const said = answer ? answer(JSON.parse(Buffer.concat(chunks).toString())) : {};
      response.statusCode = answer ? 200 : 500;
      if (said !== undefined) response.end(JSON.stringify(said));
    });
  };
  const server: Server = tls ? createSecureServer(tls, onRequest) : createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlPrefix: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/scheduler`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
