import { withoutUndefined } from '../../lib/without-undefined.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import { readPatchBody } from '../request/patch-body.ts';
import { writeOptionsOf } from '../request/write-options.ts';
import { bodyOf, type RestRequest, rawBodyOf } from '../rest-request.ts';
import { targetOf } from './target.ts';

const CREATED = 201;

/** `POST` of a new object. */
export async function create(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const options = writeOptionsOf(query, 'CreateOptions');
  const object = objectOf(request);
  const { namespace } = path;
  return objectAnswer(
    await client.create(path.definition, object, {
      ...options,
      ...withoutUndefined({ namespace }),
    }),
    CREATED,
  );
}

/** `POST` to `bindings`, which the Pod is bound by: there is nothing to show for it. */
export async function bind(request: RestRequest): Promise<Answer> {
  await create(request);
  const value = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: CREATED,
  };
  return { type: 'other', code: CREATED, value };
}

/** `PUT` of an object, or of one of its sides. */
export async function update(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const { definition, subresource, namespace, name } = path;
  const options = writeOptionsOf(query, 'UpdateOptions');
  const place = withoutUndefined({ subresource, namespace, name });
  return objectAnswer(await client.update(definition, objectOf(request), { ...options, ...place }));
}

/** `PATCH` of an object, or of one of its sides, in any of the four ways. */
export async function patch(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const { definition, subresource, namespace, name } = path;
  const body = readPatchBody(rawBodyOf(request), query);
  const options = writeOptionsOf(query, 'PatchOptions');
  if (body.type === 'apply' && subresource === undefined) {
    const { object, operation } = await client.apply(definition, body.configuration as ApiObject, {
      ...options,
      ...withoutUndefined({ namespace, name, force: body.force }),
      serverSide: true,
    });
    return objectAnswer(object, operation === 'created' ? CREATED : 200);
  }
  const target = targetOf(path);
  return objectAnswer(
    await client.patch(definition, target, body, {
      ...options,
      ...withoutUndefined({ subresource }),
    }),
  );
}

/** `POST` to a subresource that is an action. */
export async function act(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const { definition, subresource = '' } = path;
  const options = writeOptionsOf(query, 'CreateOptions');
  const answer = await client.createSubresource(
    definition,
    targetOf(path),
    subresource,
    objectOf(request),
    options,
  );
  return { type: 'other', code: CREATED, value: answer };
}

/** The object of the body; what is in it is the API's to judge. @throws {ApiError} BadRequest when there is none */
function objectOf(request: RestRequest): ApiObject {
  const body = bodyOf(request);
  if (body === undefined) throw badRequest('the body of the request is empty: send an object');
  return body as ApiObject;
}
