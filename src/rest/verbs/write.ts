import type { WriteOptions } from '../../apiserver/client.ts';
import { withoutUndefined } from '../../lib/without-undefined.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type Answer, objectAnswer } from '../answer.ts';
import { readPatchBody } from '../request/patch-body.ts';
import { type OptionsKind, writeOptionsOf } from '../request/write-options.ts';
import { bodyOf, type RestRequest, rawBodyOf } from '../rest-request.ts';
import { targetOf } from './target.ts';

const CREATED = 201;

/** `POST` of a new object. */
export async function create(request: RestRequest): Promise<Answer> {
  const { client, path } = request;
  const { object, options } = objectOf(request, 'CreateOptions');
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
  const { client, path } = request;
  const { definition, subresource, namespace, name } = path;
  const { object, options } = objectOf(request, 'UpdateOptions');
  const place = withoutUndefined({ subresource, namespace, name });
  return objectAnswer(await client.update(definition, object, { ...options, ...place }));
}

/** `PATCH` of an object, or of one of its sides, in any of the four ways. */
export async function patchOne(request: RestRequest): Promise<Answer> {
  const { client, path, query } = request;
  const { definition, subresource, namespace, name } = path;
  const body = readPatchBody(rawBodyOf(request), query);
  const options = writeOptionsOf(query, 'PatchOptions', body);
  const { patch } = body;
  if (patch.type === 'apply' && subresource === undefined) {
    const { object, operation } = await client.apply(definition, patch.configuration as ApiObject, {
      ...options,
      ...withoutUndefined({ namespace, name, force: patch.force }),
      serverSide: true,
    });
    return objectAnswer(object, operation === 'created' ? CREATED : 200);
  }
  const target = targetOf(path);
  return objectAnswer(
    await client.patch(definition, target, patch, {
      ...options,
      ...withoutUndefined({ subresource }),
    }),
  );
}

/** `POST` to a subresource that is an action. */
export async function act(request: RestRequest): Promise<Answer> {
  const { client, path } = request;
  const { definition, subresource = '' } = path;
  const { object, options } = objectOf(request, 'CreateOptions');
  const answer = await client.createSubresource(
    definition,
    targetOf(path),
    subresource,
    object,
    options,
  );
  return { type: 'other', code: CREATED, value: answer };
}

/**
 * The object of the body, and what is to be done with it; what is in it is the API's to judge.
 * @throws {ApiError} BadRequest when there is none, Invalid
 */
function objectOf(
  request: RestRequest,
  kind: OptionsKind,
): { readonly object: ApiObject; readonly options: WriteOptions } {
  const body = bodyOf(request);
  const options = writeOptionsOf(request.query, kind, body);
  if (body.value === undefined) {
    throw badRequest('the body of the request is empty: send an object');
  }
  return { object: body.value as ApiObject, options };
}
