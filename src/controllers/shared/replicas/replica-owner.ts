import type { ReplicaSet } from '../../../scheme/generated/types/apps-v1.ts';
import type {
  PodTemplateSpec,
  ReplicationController,
} from '../../../scheme/generated/types/core-v1.ts';
import type { LabelSelector } from '../../../scheme/label-selector.ts';
import type { ResourceRef } from '../../../scheme/resource.ts';

/** What keeps a number of Pods of one template, and nothing more. */
export type ReplicaOwner = ReplicaSet | ReplicationController;

/** What tells one kind of replica owner from the other. */
export interface ReplicaKind<T extends ReplicaOwner> {
  /** The controller's name. */
  readonly name: string;
  /** Whom it acts as; also the source of its events. */
  readonly serviceAccount: string;
  readonly ref: ResourceRef<T>;
  readonly kind: T['kind'];
  readonly selectorOf: (owner: T) => LabelSelector | undefined;
  /** Whether its status tells of Pods that are being deleted. */
  readonly countsTerminating: boolean;
}

export function desiredReplicas({ spec }: ReplicaOwner): number {
  return spec?.replicas ?? 1;
}

export function templateOf({ spec }: ReplicaOwner): PodTemplateSpec | undefined {
  return spec?.template;
}
