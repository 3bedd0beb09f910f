import type { Deployment } from '../../../scheme/generated/types/apps-v1.ts';
import { formatLabelSelector } from '../../../scheme/label-selector.ts';
import {
  DescribeDeploymentDocument,
  type DescribeDeploymentQuery,
} from '../../generated/operations.ts';
import { compareTexts } from '../../output/compare.ts';
import { REVISION_ANNOTATION } from '../../rollout/progress.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, formatTime, labelLines, orNone } from '../formats.ts';
import { describePodTemplate } from '../pod-template.ts';

export const deploymentDescriber = defineDescriber({
  words: ['deployment', 'deployments', 'deploy'],
  resource: 'deployments.v1.apps',
  document: DescribeDeploymentDocument,
  describe: (answer, nowMs) => describeDeployment(answer, nowMs),
});

type Related = NonNullable<DescribeDeploymentQuery['apps']['v1']['deployment']>;
type RelatedReplicaSet = NonNullable<Related['replicaSets']>[number];

/** A Deployment, with its ReplicaSets and its events. */
export function describeDeployment(
  { object, apps }: DescribeDeploymentQuery,
  nowMs: number,
): string {
  const deployment = object as Deployment;
  const description = new Description();
  describeIdentity(description, deployment);
  describeStrategy(description, deployment);
  describePodTemplate(description, deployment.spec?.template);
  describeConditions(description, deployment);
  describeReplicaSets(description, deployment, apps.v1.deployment?.replicaSets ?? []);
  describeEvents(description, apps.v1.deployment?.events, nowMs);
  return description.toString();
}

function describeIdentity(description: Description, { metadata, spec, status }: Deployment): void {
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.field(0, 'CreationTimestamp', formatTime(metadata.creationTimestamp));
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  description.field(0, 'Selector', formatLabelSelector(spec?.selector));
  const {
    updatedReplicas = 0,
    replicas = 0,
    availableReplicas = 0,
    unavailableReplicas = 0,
  } = status ?? {};
  const counts = [
    `${spec?.replicas ?? 1} desired`,
    `${updatedReplicas} updated`,
    `${replicas} total`,
    `${availableReplicas} available`,
    `${unavailableReplicas} unavailable`,
  ];
  description.field(0, 'Replicas', counts.join(' | '));
}

function describeStrategy(description: Description, { spec }: Deployment): void {
  description.field(0, 'StrategyType', spec?.strategy?.type);
  description.field(0, 'MinReadySeconds', spec?.minReadySeconds ?? 0);
  const rolling = spec?.strategy?.rollingUpdate;
  if (!rolling) return;
  const { maxUnavailable = '25%', maxSurge = '25%' } = rolling;
  description.field(
    0,
    'RollingUpdateStrategy',
    `${maxUnavailable} max unavailable, ${maxSurge} max surge`,
  );
}

function describeConditions(description: Description, { status }: Deployment): void {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return;
  description
    .line(0, 'Conditions:')
    .line(1, 'Type', 'Status', 'Reason')
    .line(1, '----', '------', '------');
  for (const condition of conditions) {
    description.line(1, `${condition.type} `, condition.status, condition.reason ?? '');
  }
}

/** The one of the present revision, and those of earlier ones. */
function describeReplicaSets(
  description: Description,
  { metadata }: Deployment,
  replicaSets: readonly RelatedReplicaSet[],
): void {
  const revision = metadata.annotations?.[REVISION_ANNOTATION];
  const isNew = (replicaSet: RelatedReplicaSet): boolean =>
    revision !== undefined && replicaSet.metadata.annotations?.[REVISION_ANNOTATION] === revision;
  const oldest = [...replicaSets].sort((a, b) =>
    compareTexts(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''),
  );
  const old = oldest.filter((replicaSet) => !isNew(replicaSet));
  description.field(0, 'OldReplicaSets', orNone(old.map(summarize).join(', ')));
  description.field(0, 'NewReplicaSet', orNone(oldest.filter(isNew).map(summarize).join(', ')));
}

function summarize({ metadata, spec, status }: RelatedReplicaSet): string {
  return `${metadata.name} (${status?.replicas ?? 0}/${spec?.replicas ?? 1} replicas created)`;
}
