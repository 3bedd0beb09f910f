import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { WebhookClientConfig } from '../../src/scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import { testAuthority } from './certificates.ts';

export interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly ApiObject[];
}

/** The whole answer to a request; what it leaves out is filled in. */
export type Convert = (request: ConversionRequest) => object | Promise<object>;

export interface ConversionServer extends AsyncDisposable {
  readonly client: WebhookClientConfig;
  /** Every request so far. */
  readonly requests: readonly ConversionRequest[];
  /** Answers from now on. */
  convert: Convert;
}

const HOUR_MS = 3_600_000;

/** Answers as a webhook that converts each object by itself. */
export const eachObject =
  (convert: (object: ApiObject, apiVersion: string) => object): Convert =>
  ({ desiredAPIVersion, objects }) => ({
    convertedObjects: objects.map((object) => convert(object, desiredAPIVersion)),
  });

/** `await using webhook = await conversionServer(…);` A webhook over HTTPS, with a certificate of an authority of its own. */
export async function conversionServer(convert: Convert): Promise<ConversionServer> {
  const authority = await testAuthority();
  const validity = { nowMs: Date.now(), durationMs: HOUR_MS };
  const files = await authority.issueServing(
    [
      { type: 'ip', value: '127.0.0.1' },
      { type: 'dns', value: 'converter.default.svc' },
    ],
    validity,
  );
  const requests: ConversionRequest[] = [];
  const state = { convert };
  const server = createServer(
    { cert: files.certificate, key: files.privateKey },
    async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      const review = JSON.parse(Buffer.concat(chunks).toString());
      requests.push(review.request);
      const answer = await state.convert(review.request);
      const result = { status: 'Success' };
      response.end(
        JSON.stringify({ ...review, response: { uid: review.request.uid, result, ...answer } }),
      );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    client: {
      url: `https://127.0.0.1:${port}/convert`,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    },
    requests,
    get convert() {
      return state.convert;
    },
    set convert(next) {
      state.convert = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
