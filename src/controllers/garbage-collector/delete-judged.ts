import type { ApiClient } from '../../apiserver/client.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import { isApiError } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';

const MAX_ATTEMPTS = 5;

/**
 * Deletes an object on the strength of the owners that it was judged by: the resourceVersion is a precondition, so that an
 * owner added meanwhile saves it. Changes of anything else (a Pod's status, say) do not.
 */
export async function deleteJudged(
  client: ApiClient,
  ref: ResourceRef,
  judged: ApiObject,
  propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
): Promise<void> {
  let object: ApiObject | undefined = judged;
  for (let attempt = 1; object; attempt++) {
    const { namespace, name = '', uid = '', resourceVersion = '' } = object.metadata;
    const preconditions = { uid, resourceVersion };
    try {
      await ignoreNotFound(
        client.delete(ref, { namespace, name }, { propagationPolicy, preconditions }),
      );
      return;
    } catch (thrown) {
      if (!isApiError(thrown, 'Conflict') || attempt === MAX_ATTEMPTS) throw thrown;
      object = await readIfSame(client, ref, judged);
    }
  }
}

/** The object as it is now; undefined when it is gone. @throws when its owners are not those that it was judged by */
async function readIfSame(
  client: ApiClient,
  ref: ResourceRef,
  { metadata: { namespace, name = '', uid, ownerReferences } }: ApiObject,
): Promise<ApiObject | undefined> {
  const latest = await ignoreNotFound(client.get(ref, { namespace, name }));
  if (latest?.metadata.uid !== uid) return undefined;
  if (deepEqual(latest?.metadata.ownerReferences, ownerReferences)) return latest;
  throw new Error(`the owners of ${ref.resource} "${name}" have changed: it is judged again`);
}
