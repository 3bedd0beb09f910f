/** Who a Pod of a StatefulSet is: its ordinal, and what follows from it. All pure. */
import type { NewObject } from '../../apiserver/client.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import type { ControllerRevision, StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Pod, Volume } from '../../scheme/generated/types/core-v1.ts';
import {
  LABEL_CONTROLLER_REVISION_HASH,
  templateOfRevision,
} from '../../scheme/groups/apps/controller-revisions.ts';
import type { Labels } from '../../scheme/labels.ts';
import { podFromTemplate } from '../shared/pod-template.ts';

const LABEL_POD_NAME = 'statefulset.kubernetes.io/pod-name';
const LABEL_POD_INDEX = 'apps.kubernetes.io/pod-index';

const MEMBER_NAME = /^(.*)-(\d+)$/;
const MAX_ORDINAL = 2_147_483_647;

/** `{ parent: 'web', ordinal: 3 }` for the name `web-3`; undefined for a name that is no member's. */
export function parseMemberName(
  name: string | undefined,
): { parent: string; ordinal: number } | undefined {
  const [, parent, digits] = MEMBER_NAME.exec(name ?? '') ?? [];
  const ordinal = Number(digits);
  return parent === undefined || ordinal > MAX_ORDINAL ? undefined : { parent, ordinal };
}

/** Undefined for a Pod that is none of the set's, whatever its labels are. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number | undefined {
  const member = parseMemberName(metadata.name);
  return member?.parent === set.metadata.name ? member?.ordinal : undefined;
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec?.ordinals?.start ?? 0;
}

export function desiredReplicas({ spec }: StatefulSet): number {
  return spec?.replicas ?? 1;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const index = ordinal - firstOrdinal(set);
  return index >= 0 && index < desiredReplicas(set);
}

/** The name of the revision that the Pod is of. */
export function revisionOf({ metadata }: Pod): string | undefined {
  return metadata.labels?.[LABEL_CONTROLLER_REVISION_HASH];
}

export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${podName(set, ordinal)}`;
}

/** The Pod of an ordinal, of the template that `revision` keeps. */
export function statefulPod(
  set: StatefulSet,
  ordinal: number,
  revision: ControllerRevision,
): NewObject<Pod> {
  const pod = podFromTemplate(set, templateOfRevision(revision));
  const name = podName(set, ordinal);
  const subdomain = set.spec?.serviceName;
  const spec = pod.spec ?? { containers: [] };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      labels: {
        ...pod.metadata.labels,
        ...identityLabels(set, ordinal),
        [LABEL_CONTROLLER_REVISION_HASH]: revision.metadata.name ?? '',
      },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(subdomain ? { subdomain } : {}),
      volumes: [...volumesOf(set, ordinal, spec.volumes ?? [])],
    },
  };
}

function identityLabels(set: StatefulSet, ordinal: number): Labels {
  return { [LABEL_POD_NAME]: podName(set, ordinal), [LABEL_POD_INDEX]: String(ordinal) };
}

/** The claims of the ordinal as volumes, in the place of others of the same names. */
function volumesOf(
  set: StatefulSet,
  ordinal: number,
  volumes: readonly Volume[],
): readonly Volume[] {
  const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata: { name = '' } }) => ({
    name,
    persistentVolumeClaim: { claimName: claimName(set, name, ordinal) },
  }));
  const taken = new Set(claims.map(({ name }) => name));
  return [...claims, ...volumes.filter(({ name }) => !taken.has(name))];
}

/** The Pod with the labels and the claims of its ordinal; the very same object when it has them. */
export function withIdentity(set: StatefulSet, ordinal: number, pod: Pod): Pod {
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal) };
  const isStored = (set.spec?.volumeClaimTemplates ?? []).every(({ metadata: { name = '' } }) =>
    pod.spec?.volumes?.some(
      (volume) =>
        volume.name === name &&
        volume.persistentVolumeClaim?.claimName === claimName(set, name, ordinal),
    ),
  );
  if (isStored && deepEqual(labels, pod.metadata.labels)) return pod;
  const spec = pod.spec ?? { containers: [] };
  const volumes = isStored ? spec.volumes : [...volumesOf(set, ordinal, spec.volumes ?? [])];
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: { ...spec, ...(volumes ? { volumes } : {}) },
  };
}
