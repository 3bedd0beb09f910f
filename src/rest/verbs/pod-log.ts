import type { PodLogOptions } from '../../apiserver/subresources/pod-log-options.ts';
import type { Answer } from '../answer.ts';
import { flagOf, integerOf, textOf } from '../request/query-values.ts';
import type { RestRequest } from '../rest-request.ts';
import { targetOf } from './target.ts';

/** `GET` of `pods/log`: what a container printed, as text; with `follow`, also what it prints from then on. */
export async function podLog({ client, path, query }: RestRequest): Promise<Answer> {
  const target = targetOf(path);
  const options = logOptionsOf(query);
  if (!flagOf(query, 'follow')) return { type: 'text', text: await client.podLog(target, options) };
  return { type: 'stream', write: await client.followPodLog(target, options) };
}

function logOptionsOf(query: URLSearchParams): PodLogOptions {
  return {
    container: textOf(query, 'container'),
    previous: flagOf(query, 'previous'),
    tailLines: integerOf(query, 'tailLines'),
    sinceSeconds: integerOf(query, 'sinceSeconds'),
    sinceTime: textOf(query, 'sinceTime'),
    timestamps: flagOf(query, 'timestamps'),
    limitBytes: integerOf(query, 'limitBytes'),
  };
}
