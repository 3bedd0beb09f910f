import { withoutUndefined } from '../../lib/without-undefined.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import { listOptionsOf } from '../request/list-options.ts';
import { textOf } from '../request/query-values.ts';
import type { RestRequest } from '../rest-request.ts';
import { targetOf } from './target.ts';

/** `GET` of one object, or of one of its sides. */
export async function getOne({ client, path, query }: RestRequest): Promise<Answer> {
  const { definition, subresource } = path;
  const options = withoutUndefined({
    subresource,
    resourceVersion: textOf(query, 'resourceVersion'),
  });
  return objectAnswer(await client.get(definition, { ...targetOf(path), ...options }));
}

/** `GET` of all, or of those that selectors choose. */
export async function list({ client, path, query }: RestRequest): Promise<Answer> {
  const options = listOptionsOf(path, query);
  return { type: 'list', list: await client.list(path.definition, options) };
}
