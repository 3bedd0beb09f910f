/** What a container's status tells of it beside its state: what is mounted in it, and who it runs as. Pure. */
import type {
  Container,
  ContainerStatus,
  LinuxContainerUser,
  PodSpec,
  VolumeMount,
  VolumeMountStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { behaviourOf } from '../container/images.ts';

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

/** Where nothing else is said, and the image says nothing. */
const ROOT = 0;

/** As whom the container's first process runs, and in which groups. */
export function userOf(
  { image = '', securityContext: own }: Container,
  spec: PodSpec | undefined,
): LinuxContainerUser {
  const ofPod = spec?.securityContext;
  const uid = own?.runAsUser ?? ofPod?.runAsUser ?? behaviourOf(image).uid ?? ROOT;
  const gid = own?.runAsGroup ?? ofPod?.runAsGroup ?? ROOT;
  const { fsGroup, supplementalGroups = [] } = ofPod ?? {};
  const groups = new Set([gid, ...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])]);
  return { uid, gid, supplementalGroups: [...groups].sort((a, b) => a - b) };
}
