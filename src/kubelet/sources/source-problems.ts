/** What is missing of what a Pod needs, in the kubelet's words. Pure. */
import type {
  ConfigMap,
  PersistentVolumeClaim,
  Pod,
  Secret,
} from '../../scheme/generated/types/core-v1.ts';
import type { RequiredSource } from './required-sources.ts';

/** What was found under the name; undefined when nothing was. */
export type FoundSource = ConfigMap | Secret | PersistentVolumeClaim | undefined;

/** Why the volume cannot be mounted; undefined when it can. */
export function volumeProblem(
  { metadata }: Pod,
  source: RequiredSource,
  found: FoundSource,
): string | undefined {
  const { kind, keys, name, volume } = source;
  if (kind === 'persistentvolumeclaim') {
    const why = claimProblem(name, found as PersistentVolumeClaim | undefined);
    return (
      why &&
      `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[], failed to process volumes=[${volume}]: error processing PVC ${metadata.namespace}/${name}: ${why}`
    );
  }
  const failed = `MountVolume.SetUp failed for volume "${volume}" : `;
  if (!found) return `${failed}${kind} "${name}" not found`;
  const key = missingKey(keys, found);
  const whose =
    kind === 'configmap'
      ? 'configmap references non-existent config'
      : 'references non-existent secret';
  return key === undefined ? undefined : `${failed}${whose} key: ${key}`;
}

function claimProblem(name: string, claim: PersistentVolumeClaim | undefined): string | undefined {
  if (!claim) {
    return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) return 'PVC is being deleted';
  return claim.status?.phase === 'Bound' ? undefined : 'PVC is not bound';
}

/** Why the container's environment cannot be made; undefined when it can. */
export function environmentProblem(
  { metadata }: Pod,
  { keys, kind, name }: RequiredSource,
  found: FoundSource,
): string | undefined {
  if (!found) return `${kind} "${name}" not found`;
  const key = missingKey(keys, found);
  const title = kind === 'configmap' ? 'ConfigMap' : 'Secret';
  return key === undefined
    ? undefined
    : `couldn't find key ${key} in ${title} ${metadata.namespace}/${name}`;
}

function missingKey(keys: readonly string[], found: NonNullable<FoundSource>): string | undefined {
  const { binaryData, data } = found as Pick<ConfigMap, 'binaryData' | 'data'>;
  return keys.find((key) => data?.[key] === undefined && binaryData?.[key] === undefined);
}
