import type { PersistentVolume } from '../../scheme/generated/types/core-v1.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import type { Plugin, Refusal } from '../framework.ts';
import { labelsChanged } from '../node-changes.ts';
import type { VolumeState } from '../volumes/volume-state.ts';

export const REASON_VOLUME_ZONE = 'node(s) had no available volume zone';

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
      const places = claimNamesOf(pod).flatMap((name) => {
        const claim = volumes.claim(pod.metadata.namespace, name);
        const volume = volumes.volume(claim?.spec?.volumeName ?? '');
        return volume ? placesOf(volume) : [];
      });
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

function placesOf({ metadata }: PersistentVolume) {
  return [...LABELS.keys()].flatMap((label) => {
    const value = metadata.labels?.[label];
    return value === undefined ? [] : [{ label, values: value.split(SEPARATOR) }];
  });
}
