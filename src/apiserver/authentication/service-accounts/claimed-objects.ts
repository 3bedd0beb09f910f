import { unauthorized } from '../../../scheme/errors.ts';
import type { Pod, Secret } from '../../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import { LEEWAY_SECONDS } from '../jwt.ts';
import type { ObjectLookup } from '../object-lookup.ts';
import type { ClaimedObject, KubernetesClaims } from './claims.ts';

const core = (resource: string): GroupResource => ({ group: '', resource });
export const SERVICE_ACCOUNTS = core('serviceaccounts');
export const PODS = core('pods');
export const SECRETS = core('secrets');
export const NODES = core('nodes');

/** The objects behind a token, all of them there and the same as when it was issued. */
export interface ClaimedObjects {
  readonly serviceAccount: ApiObject;
  readonly pod?: Pod | undefined;
  readonly secret?: Secret | undefined;
}

/**
 * Reads what a token is for and bound to. It is bad once any of it is gone, has been made anew, or has been marked as
 * deleted for longer than clocks may differ.
 * @throws {ApiError} Unauthorized
 */
export async function readClaimedObjects(
  objects: ObjectLookup,
  claims: KubernetesClaims,
  nowSeconds: number,
): Promise<ClaimedObjects> {
  const { namespace, serviceaccount, pod, secret, node } = claims;
  const read = async (resource: GroupResource, place: string, claimed: ClaimedObject) => {
    const { name, uid } = claimed;
    const found = await objects.find(resource, { namespace: place, name, uid });
    return assertIsClaimed(found, { resource, claimed, nowSeconds });
  };
  const serviceAccount = await read(SERVICE_ACCOUNTS, namespace, serviceaccount);
  // The node of a Pod is said for information; the token is bound to the Pod then.
  if (node && !pod) await read(NODES, '', { name: node.name, uid: node.uid ?? '' });
  return {
    serviceAccount,
    ...(pod ? { pod: (await read(PODS, namespace, pod)) as Pod } : {}),
    ...(secret ? { secret: (await read(SECRETS, namespace, secret)) as Secret } : {}),
  };
}

interface Expectation {
  readonly resource: GroupResource;
  readonly claimed: ClaimedObject;
  readonly nowSeconds: number;
}

function assertIsClaimed(
  found: ApiObject | undefined,
  { resource: { resource }, claimed, nowSeconds }: Expectation,
): ApiObject {
  const what = `${resource} "${claimed.name}" of the token`;
  if (!found) throw unauthorized(`${what} is gone`);
  const { uid, deletionTimestamp } = found.metadata;
  if (uid !== claimed.uid) throw unauthorized(`${what} has been made anew: it is another object`);
  const isDeleted =
    deletionTimestamp !== undefined &&
    Date.parse(deletionTimestamp) < (nowSeconds - LEEWAY_SECONDS) * 1_000;
  if (isDeleted) throw unauthorized(`${what} has been deleted`);
  return found;
}
