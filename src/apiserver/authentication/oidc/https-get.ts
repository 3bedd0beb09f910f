import { request } from 'node:https';

/** Documents of issuers are small; more is no answer. */
const MAX_BODY_BYTES = 1_048_576;
const TIMEOUT_MS = 10_000;

export interface HttpsGetOptions {
  /** PEM of those who vouch for the server. @default as the system has it */
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** GETs a document over HTTPS, following no redirect: `fetch` cannot be told whom to trust. */
export function httpsGet(url: string, { ca, signal }: HttpsGetOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = {
      headers: { accept: 'application/json' },
      timeout: TIMEOUT_MS,
      ...(ca ? { ca } : {}),
      ...(signal ? { signal } : {}),
    };
    const sent = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BODY_BYTES) sent.destroy(new Error(`the answer of ${url} is too large`));
        else chunks.push(chunk);
      });
      answer.once('error', reject);
      answer.once('end', () => {
        const status = answer.statusCode ?? 500;
        resolve(new Response(Buffer.concat(chunks), { status }));
      });
    });
    sent.once('timeout', () => sent.destroy(new Error(`${url} does not answer`)));
    sent.once('error', reject);
    sent.end();
  });
}
