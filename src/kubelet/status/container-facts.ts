/** What a container's status tells of it beside its state: what is mounted in it, and who it runs as. Pure. */
import type {
  Container,
  ContainerStatus,
  ContainerUser,
  PodSpec,
  VolumeMount,
  VolumeMountStatus,
} from '../../scheme/generated/types/core-v1.ts';

/** What is mounted in the container. A mount that is only read says whether the mounts below it are, too. */
export function mountsOf({ volumeMounts }: Container): Pick<ContainerStatus, 'volumeMounts'> {
  return volumeMounts?.length ? { volumeMounts: volumeMounts.map(mountStatus) } : {};
}

function mountStatus({
  mountPath,
  name,
  readOnly,
  recursiveReadOnly,
}: VolumeMount): VolumeMountStatus {
  if (!readOnly) return { name, mountPath };
  // Every runtime of ours can do it, so that what is asked for where possible is done.
  const isRecursive = recursiveReadOnly !== undefined && recursiveReadOnly !== 'Disabled';
  const mode = isRecursive ? 'Enabled' : 'Disabled';
  return { name, mountPath, readOnly, recursiveReadOnly: mode };
}

/** Images of the simulation run as root where nothing else is said. */
const ROOT = 0;

/** As whom the container's first process runs, and in which groups. */
export function userOf(
  { securityContext: own }: Container,
  spec: PodSpec | undefined,
): ContainerUser {
  const ofPod = spec?.securityContext;
  const uid = own?.runAsUser ?? ofPod?.runAsUser ?? ROOT;
  const gid = own?.runAsGroup ?? ofPod?.runAsGroup ?? ROOT;
  const { fsGroup, supplementalGroups = [] } = ofPod ?? {};
  const groups = new Set([gid, ...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])]);
  return { linux: { uid, gid, supplementalGroups: [...groups].sort((a, b) => a - b) } };
}
