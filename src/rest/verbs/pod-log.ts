import type { PodLogOptions } from '../../apiserver/subresources/pod-log-options.ts';
import type { Answer } from '../answer.ts';
import { flagOf, integerOf, textOf } from '../request/query-values.ts';
import type { RestRequest } from '../rest-request.ts';
import { targetOf } from './target.ts';

/** `GET` of `pods/log`: what a container printed, as text. */
export async function podLog({ client, path, query }: RestRequest): Promise<Answer> {
  return { type: 'text', text: await client.podLog(targetOf(path), logOptionsOf(query)) };
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
