import { storedResource } from '../../scheme/resource.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import { selectionOf } from '../request/list-options.ts';
import { deleteOptionsOf } from '../request/write-options.ts';
import { bodyOf, type RestRequest } from '../rest-request.ts';
import { targetOf } from './target.ts';

const OK = 200;
/** It was asked to wait for its dependents, and waits. */
const ACCEPTED = 202;

/** `DELETE` of one object: the object while it waits for something; when it is gone, what its kind answers. */
export async function deleteOne(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const { definition } = path;
  const options = deleteOptionsOf(query, bodyOf(request).value);
  const { object, deleted } = await client.delete(definition, targetOf(path), options);
  const waits = !deleted && options.propagationPolicy === 'Foreground';
  if (!deleted) return objectAnswer(object, waits ? ACCEPTED : OK);
  const { scheme } = request.context;
  if (scheme.strategy(scheme.storageOf(definition)).returnsDeleted) return objectAnswer(object);
  const { group, resource } = storedResource(definition);
  const { name, uid } = object.metadata;
  const details = { name, ...(group === '' ? {} : { group }), kind: resource, uid };
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  return { type: 'other', code: OK, value: status };
}

/** `DELETE` of all, or of those that selectors choose: what they were. */
export async function deleteMany(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const options = deleteOptionsOf(query, bodyOf(request).value);
  const selection = selectionOf(path, query);
  return { type: 'list', list: await client.deleteCollection(path.definition, selection, options) };
}
