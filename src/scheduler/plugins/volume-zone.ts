import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import { storageClassOf } from '../../scheme/storage/annotations.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import type { Plugin, Refusal } from '../framework.ts';
import { labelsChanged } from '../node-changes.ts';
import type { VolumeState } from '../volumes/volume-state.ts';

export const REASON_VOLUME_ZONE = 'node(s) had no available volume zone';

const REASON_NO_VOLUME_AND_NO_CLASS = 'PersistentVolumeClaim had no pv name and storageClass name';
const REASON_NO_VOLUME = 'PersistentVolume had no name';

const REFUSAL: Refusal = { reasons: [REASON_VOLUME_ZONE], isUnresolvable: true };

/** What older releases call the labels, by what they are called now. */
const LABELS = new Map([
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

/** Between the values of a label that names several zones. */
const SEPARATOR = '__';

/** A volume that is labelled with its zone or region is reached from there alone. */
export function createVolumeZone({ volumes }: { readonly volumes: VolumeState }): Plugin {
  return {
    name: 'VolumeZone',
    sign: ({ pod }) => {
      const names = claimNamesOf(pod);
      return names.length > 0 && [pod.metadata.namespace, names, volumes.version];
    },
    preFilter({ pod }) {
      const found = volumesOf(pod, volumes);
      if (typeof found === 'string') return { refusal: found };
      const places = found.flatMap(placesOf);
      if (places.length === 0) return undefined;
      return {
        filter({ node }) {
          const labels = node?.metadata.labels ?? {};
          // A node that says nothing of where it is may be anywhere.
          if ([...LABELS.keys()].every((label) => labels[label] === undefined)) return undefined;
          const isThere = places.every(({ label, values }) =>
            values.includes(labels[label] ?? labels[LABELS.get(label) ?? ''] ?? ''),
          );
          return isThere ? undefined : REFUSAL;
        },
      };
    },
    helpedBy: ['node-added', 'node-updated', 'storage-changed'],
    couldHelp: (event) => event.type !== 'node-updated' || labelsChanged(event),
  };
}

/** The volumes that the pod's claims have, or why there are none to be asked where they are. */
function volumesOf(
  { metadata: { namespace }, spec }: Pod,
  state: VolumeState,
): readonly PersistentVolume[] | string {
  const found: PersistentVolume[] = [];
  for (const { persistentVolumeClaim } of spec?.volumes ?? []) {
    // A claim that is made with the pod is not looked at.
    if (!persistentVolumeClaim) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = state.claim(namespace, claimName);
    if (!claim) return `persistentvolumeclaim "${claimName}" not found`;
    const name = claim.spec?.volumeName;
    if (!name) {
      const problem = unboundProblem(claim, state);
      if (problem !== undefined) return problem;
      continue;
    }
    const volume = state.volume(name);
    if (!volume) return `persistentvolume "${name}" not found`;
    found.push(volume);
  }
  return found;
}

/** Only a claim that waits for its consumer may have no volume. */
function unboundProblem(claim: PersistentVolumeClaim, state: VolumeState): string | undefined {
  const className = storageClassOf(claim);
  if (className === '') return REASON_NO_VOLUME_AND_NO_CLASS;
  const storageClass = state.storageClass(className);
  if (!storageClass) return `storageclass.storage.k8s.io "${className}" not found`;
  return storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? undefined : REASON_NO_VOLUME;
}

function placesOf({ metadata }: PersistentVolume) {
  return [...LABELS.keys()].flatMap((label) => {
    const value = metadata.labels?.[label];
    return value === undefined ? [] : [{ label, values: value.split(SEPARATOR) }];
  });
}
