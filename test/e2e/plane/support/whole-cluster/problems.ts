import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { selectorMatcher } from '../../../../../src/scheme/label-selector.ts';
import { requiredNodeMatcher } from '../../../../../src/scheme/node-selector.ts';
import type { ApiObject } from '../../../../../src/scheme/object.ts';
import { hasEnded, isReady, isRolledOut, isTerminating } from '../workloads.ts';
import { CRON_HISTORY_LIMIT } from './manifests.ts';
import type { NamespaceState } from './namespace-state.ts';
import { nameOf, ownerOf, storyOfJob, storyOfPod } from './stories.ts';

/** What is not as the specs ask for, a sentence each; none when the cluster has converged. */
export function problemsOf(state: NamespaceState): string[] {
  return CHECKS.flatMap((check) => check(state));
}

const CHECKS: readonly ((state: NamespaceState) => string[])[] = [
  nodesAreWell,
  nothingIsOrphaned,
  podsAreSettled,
  deploymentsAreRolledOut,
  replicaSetsAreFull,
  statefulSetsAreInOrder,
  daemonSetsAreEverywhere,
  jobsAreComplete,
  cronJobsKeepTheirLimits,
  servicesLeadToReadyPods,
  budgetsKnowTheirPods,
  quotasCountRight,
  claimsInUseAreBound,
];

function ownedBy(owner: ApiObject, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => ownerOf(pod)?.uid === owner.metadata.uid && !hasEnded(pod));
}

/** Whether exactly as many Pods are there, all of them Ready. */
function fullness(owner: ApiObject, pods: readonly Pod[], wanted: number): string[] {
  const mine = ownedBy(owner, pods);
  const late = mine.filter((pod) => !isReady(pod));
  if (mine.length === wanted && late.length === 0) return [];
  const counts = `${mine.length - late.length} Ready of ${mine.length}`;
  return [
    `${owner.kind} ${nameOf(owner)} wants ${wanted} and has ${counts}`,
    ...late.map(storyOfPod),
  ];
}

function nodesAreWell({ nodes }: NamespaceState): string[] {
  return nodes
    .filter((node) => !isReady(node) || (node.spec?.taints ?? []).length > 0)
    .map((node) => `node ${nameOf(node)} is not Ready, or tainted`);
}

function nothingIsOrphaned(state: NamespaceState): string[] {
  const dependents = [...state.replicaSets, ...state.jobs, ...state.pods, ...state.endpointSlices];
  const owners = [
    ...[...state.deployments, ...state.replicaSets, ...state.statefulSets],
    ...[...state.daemonSets, ...state.jobs, ...state.cronJobs, ...state.services],
  ];
  const uids = new Set(owners.map(({ metadata }) => metadata.uid));
  return dependents
    .filter((object) => {
      const owner = ownerOf(object);
      return owner !== undefined && !uids.has(owner.uid);
    })
    .map((object) => `${object.kind} ${nameOf(object)} has outlived its owner`);
}

function podsAreSettled({ pods, nodes }: NamespaceState): string[] {
  const names = new Set(nodes.map(nameOf));
  return pods.flatMap((pod) => [
    ...(isTerminating(pod) ? [`Pod ${nameOf(pod)} is still terminating`] : []),
    ...(pod.spec?.nodeName && !names.has(pod.spec.nodeName)
      ? [`Pod ${nameOf(pod)} is on ${pod.spec.nodeName}, which is gone`]
      : []),
  ]);
}

function deploymentsAreRolledOut({ deployments, replicaSets }: NamespaceState): string[] {
  return deployments.flatMap((deployment) => {
    const mine = replicaSets.filter((set) => ownerOf(set)?.uid === deployment.metadata.uid);
    const total = mine.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
    const wanted = deployment.spec?.replicas;
    if (isRolledOut(deployment) && total === wanted) return [];
    return [
      `Deployment ${nameOf(deployment)} wants ${wanted} of its newest template, and its ReplicaSets ${total}`,
    ];
  });
}

/** Those that lost their Deployment as well. */
function replicaSetsAreFull({ replicaSets, pods }: NamespaceState): string[] {
  return replicaSets.flatMap((set) => fullness(set, pods, set.spec?.replicas ?? 0));
}

function statefulSetsAreInOrder({ statefulSets, pods }: NamespaceState): string[] {
  return statefulSets.flatMap((set) => {
    const wanted = set.spec?.replicas ?? 0;
    const image = set.spec?.template.spec?.containers[0]?.image;
    const names = Array.from({ length: wanted }, (_, ordinal) => `${nameOf(set)}-${ordinal}`);
    const mine = ownedBy(set, pods);
    const strangers = mine.filter((pod) => !names.includes(nameOf(pod)));
    const old = mine.filter(({ spec }) => spec?.containers[0]?.image !== image);
    return [
      ...fullness(set, pods, wanted),
      ...strangers.map(
        (pod) => `Pod ${nameOf(pod)} is beyond what StatefulSet ${nameOf(set)} wants`,
      ),
      ...old.map((pod) => `Pod ${nameOf(pod)} is of an old template`),
    ];
  });
}

function daemonSetsAreEverywhere({ daemonSets, nodes, pods }: NamespaceState): string[] {
  return daemonSets.flatMap((set) => {
    const fits = requiredNodeMatcher(set.spec?.template.spec);
    const image = set.spec?.template.spec?.containers[0]?.image;
    const wanted = nodes.filter((node) => fits?.(node) ?? true).map(nameOf);
    const mine = ownedBy(set, pods);
    const places = mine
      .filter((pod) => isReady(pod) && pod.spec?.containers[0]?.image === image)
      .map(({ spec }) => spec?.nodeName ?? '');
    if (places.sort().join() === wanted.sort().join() && mine.length === places.length) return [];
    return [
      `DaemonSet ${nameOf(set)} wants to be on ${wanted} and is on ${places} of ${mine.length}`,
    ];
  });
}

function jobsAreComplete({ events, jobs, pods }: NamespaceState): string[] {
  return jobs.flatMap((job) => {
    const { status, spec } = job;
    const isComplete = (status?.conditions ?? []).some(
      (condition) => condition.type === 'Complete' && condition.status === 'True',
    );
    const held = pods.filter(({ metadata }) =>
      metadata.finalizers?.includes('batch.kubernetes.io/job-tracking'),
    );
    const counts = `${status?.succeeded ?? 0} of ${spec?.completions} and ${status?.active ?? 0} active`;
    const isRight =
      isComplete && counts === `${spec?.completions} of ${spec?.completions} and 0 active`;
    return [
      ...(isRight ? [] : [`Job ${nameOf(job)} has ${counts}`, ...storyOfJob(job, pods, events)]),
      ...held.map((pod) => `Pod ${nameOf(pod)} is held to be counted`),
    ];
  });
}

/** They are suspended by now. */
function cronJobsKeepTheirLimits({ cronJobs, jobs }: NamespaceState): string[] {
  return cronJobs.flatMap((cronJob) => {
    const mine = jobs.filter((job) => ownerOf(job)?.uid === cronJob.metadata.uid).length;
    const active = cronJob.status?.active?.length ?? 0;
    if (active === 0 && mine <= CRON_HISTORY_LIMIT) return [];
    return [`CronJob ${nameOf(cronJob)} keeps ${mine} Jobs and tells of ${active} active ones`];
  });
}

function servicesLeadToReadyPods(state: NamespaceState): string[] {
  return state.services.flatMap((service) => {
    const matches = selectorMatcher({ matchLabels: service.spec?.selector ?? {} });
    const wanted = state.pods
      .filter((pod) => matches(pod.metadata.labels) && isReady(pod) && !isTerminating(pod))
      .map(({ status }) => status?.podIP ?? '');
    const slices = state.endpointSlices.filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === nameOf(service),
    );
    const inSlices = slices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready)
      .flatMap(({ addresses }) => addresses);
    const inEndpoints = state.endpoints
      .filter((one) => nameOf(one) === nameOf(service))
      .flatMap(({ subsets }) => subsets ?? [])
      .flatMap(({ addresses }) => addresses ?? [])
      .map(({ ip }) => ip);
    const expected = wanted.sort().join();
    return [inSlices, inEndpoints]
      .map((addresses) => addresses.sort().join())
      .filter((addresses) => addresses !== expected)
      .map((found) => `Service ${nameOf(service)} leads to [${found}] and not to [${expected}]`);
  });
}

function budgetsKnowTheirPods({ budgets, pods }: NamespaceState): string[] {
  return budgets.flatMap((budget) => {
    const matches = selectorMatcher(budget.spec?.selector);
    const healthy = pods.filter((pod) => matches(pod.metadata.labels) && isReady(pod)).length;
    const counted = budget.status?.currentHealthy ?? 0;
    return counted === healthy
      ? []
      : [`PodDisruptionBudget ${nameOf(budget)} counts ${counted} healthy of ${healthy}`];
  });
}

function quotasCountRight({ quotas, pods }: NamespaceState): string[] {
  const actual = pods.filter((pod) => !hasEnded(pod)).length;
  return quotas.flatMap((quota) => {
    const used = Number(quota.status?.used?.pods ?? -1);
    return used === actual ? [] : [`ResourceQuota ${nameOf(quota)} counts ${used} of ${actual}`];
  });
}

function claimsInUseAreBound({ claims, pods }: NamespaceState): string[] {
  const used = new Set(
    pods
      .filter(isReady)
      .flatMap(({ spec }) => spec?.volumes ?? [])
      .map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName),
  );
  return claims
    .filter((claim) => used.has(nameOf(claim)) && claim.status?.phase !== 'Bound')
    .map((claim) => `PersistentVolumeClaim ${nameOf(claim)} is in use and ${claim.status?.phase}`);
}
