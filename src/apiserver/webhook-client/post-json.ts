/** One call of a webhook: JSON over HTTPS, bounded in time and size. */
import { request } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { WebhookClientConfig } from '../../scheme/generated/types/apiextensions-v1.ts';

/** No honest answer is larger. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const DEFAULT_SERVICE_PORT = 443;

export interface WebhookCall {
  readonly client: WebhookClientConfig;
  readonly body: unknown;
  readonly timeoutMs: number;
}

/** Where a webhook is: its URL, or that of its Service by the cluster's DNS. */
export function webhookUrl({ url, service }: WebhookClientConfig): string {
  if (url) return url;
  const {
    name,
    namespace,
    port = DEFAULT_SERVICE_PORT,
    path = '/',
  } = service ?? {
    name: '',
    namespace: '',
  };
  return `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}`;
}

/** The JSON that the webhook answers. Rejects with an Error that says what went wrong on the way. */
export function postJson({ client, body, timeoutMs }: WebhookCall): Promise<unknown> {
  const payload = JSON.stringify(body);
  const ca = client.caBundle ? Buffer.from(client.caBundle, 'base64').toString() : undefined;
  return new Promise((resolve, reject) => {
    const call = request(
      webhookUrl(client),
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'content-length': Buffer.byteLength(payload),
        },
        ca: ca ? [ca] : [...rootCertificates],
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) {
            call.destroy(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`));
          } else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode !== 200)
            reject(new Error(`the webhook answered with status ${statusCode}`));
          else parse(Buffer.concat(chunks).toString(), resolve, reject);
        });
      },
    );
    call.on('error', (error) => {
      const isTimeout = error.name === 'AbortError' || error.name === 'TimeoutError';
      reject(
        isTimeout ? new Error(`no answer within ${timeoutMs / 1000} s`, { cause: error }) : error,
      );
    });
    call.end(payload);
  });
}

function parse(
  text: string,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
): void {
  try {
    resolve(JSON.parse(text));
  } catch (thrown) {
    reject(new Error('the webhook answered with what is no JSON', { cause: thrown }));
  }
}
