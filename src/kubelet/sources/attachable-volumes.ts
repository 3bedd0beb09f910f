import type { ApiClient } from '../../apiserver/client.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
  storageCSIDrivers,
} from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { attachedName } from '../../scheme/storage/attached-name.ts';
import { claimNameOf } from '../../scheme/storage/pod-claims.ts';

/** A volume that has to be attached to the node before it can be mounted. */
export interface AttachableVolume {
  /** Its name in the Pod. */
  readonly volume: string;
  /** As the node's status calls it. */
  readonly attachedName: string;
}

/** Those of the Pod's volumes whose claims are bound, as the kubelet of its node finds them. */
export async function readAttachableVolumes(
  client: ApiClient,
  { metadata, spec }: Pod,
): Promise<readonly AttachableVolume[]> {
  const found = await Promise.all(
    (spec?.volumes ?? []).map(async (volume) => {
      const claim = claimNameOf(metadata.name ?? '', volume);
      if (claim === undefined) return [];
      const target = { namespace: metadata.namespace, name: claim };
      const name = await ignoreUnreadable(attachedNameOfClaim(client, target));
      return name === undefined ? [] : [{ volume: volume.name, attachedName: name }];
    }),
  );
  return found.flat();
}

async function attachedNameOfClaim(
  client: ApiClient,
  target: { readonly namespace: string | undefined; readonly name: string },
): Promise<string | undefined> {
  const { spec } = await client.get(corePersistentVolumeClaims, target);
  if (!spec?.volumeName) return undefined;
  const volume = await client.get(corePersistentVolumes, { name: spec.volumeName });
  const driverName = volume.spec?.csi?.driver;
  if (driverName === undefined) return undefined;
  const driver = await ignoreUnreadable(client.get(storageCSIDrivers, { name: driverName }));
  return driver?.spec.attachRequired === false ? undefined : attachedName(volume);
}

/** What the node may not see is to it as if it were not there. */
async function ignoreUnreadable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound', 'Forbidden')) return undefined;
    throw thrown;
  }
}

/** The volumes that the Pod cannot mount yet: not attached, or not known to be in use, so that they could be taken away. */
export function unattachedVolumes(
  volumes: readonly AttachableVolume[],
  { status }: Node,
): readonly AttachableVolume[] {
  const attached = new Set(status?.volumesAttached?.map(({ name }) => name));
  const inUse = new Set(status?.volumesInUse);
  return volumes.filter(({ attachedName: name }) => !attached.has(name) || !inUse.has(name));
}
