import type { Answer } from '../answer.ts';
import type { RestRequest } from '../rest-request.ts';
import { targetOf } from './target.ts';

/** What is between the client and this server alone. */
const NOT_FORWARDED = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const PRIVATE_PREFIX = 'impersonate-';

/** Any method of `pods/proxy`, `services/proxy` and `nodes/proxy`: asked of what is behind them. */
export async function proxy(request: RestRequest): Promise<Answer> {
  const { body, client, method, path, query } = request;
  const search = query.size > 0 ? `?${query}` : '';
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (NOT_FORWARDED.has(name) || name.startsWith(PRIVATE_PREFIX)) continue;
    if (value !== undefined) headers[name] = String(value);
  }
  const answer = await client.proxy(path.definition, targetOf(path), {
    method,
    path: `/${path.rest ?? ''}${search}`,
    headers,
    body,
  });
  return { type: 'proxied', answer };
}
