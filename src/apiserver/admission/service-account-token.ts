import { type Random, randomSuffix } from '../../lib/random.ts';
import type {
  Container,
  PodSpec,
  Volume,
  VolumeProjection,
} from '../../scheme/generated/types/core-v1.ts';
import { deepFreeze } from '../../store/deep-freeze.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

/** An hour and some seconds, by which the token of a Pod is told from one that somebody asked for. */
const TOKEN_SECONDS = 3607;

/** Readable by all of the container, writable by none: 0644. */
const DEFAULT_MODE = 0o644;

/**
 * What a client in the Pod needs: the token, the authority that the server's certificate is signed by, its namespace. All
 * Pods share it: of a state that is stored nothing changes any more, and a change makes a copy of its own.
 */
const TOKEN_SOURCES: VolumeProjection[] = [
  { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
  { configMap: { name: ROOT_CA_CONFIG_MAP, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  {
    downwardAPI: {
      items: [
        { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
      ],
    },
  },
];
deepFreeze(TOKEN_SOURCES);

/** Mounts the account's token into every container that has nothing of its own in that place. */
export function mountToken(spec: PodSpec, random: Random): void {
  const existing = spec.volumes?.find(({ name }) => name.startsWith(VOLUME_PREFIX));
  const name = existing?.name ?? `${VOLUME_PREFIX}${randomSuffix(5, random)}`;
  let isMounted = false;
  const mountInto = (container: Container): void => {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) return;
    const mount = { name, readOnly: true, mountPath: MOUNT_PATH };
    container.volumeMounts = [...(container.volumeMounts ?? []), mount];
    isMounted = true;
  };
  spec.initContainers?.forEach(mountInto);
  spec.containers.forEach(mountInto);
  if (isMounted && !existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Volume {
  return { name, projected: { defaultMode: DEFAULT_MODE, sources: TOKEN_SOURCES } };
}
