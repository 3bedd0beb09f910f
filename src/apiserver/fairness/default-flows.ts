/** The flow schemas and priority levels that every cluster has, with Kubernetes' numbers. They are data. */
import type {
  FlowSchema,
  FlowSchemaSpec,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  Subject,
} from '../../scheme/generated/types/flowcontrol-v1.ts';
import {
  GROUP_AUTHENTICATED,
  GROUP_MASTERS,
  GROUP_NODES,
  GROUP_SERVICE_ACCOUNTS,
  GROUP_UNAUTHENTICATED,
} from '../authentication/identities.ts';
import type { NewObject } from '../client.ts';

/** Those that no cluster can be without: requests that match nothing else are theirs. */
export const EXEMPT = 'exempt';
export const CATCH_ALL = 'catch-all';

/** Set to "false" on a default, it keeps a start from undoing what somebody changed. */
export const ANNOTATION_AUTOUPDATE_SPEC = 'apf.kubernetes.io/autoupdate-spec';

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const serviceAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name },
});

interface Target {
  readonly verbs?: string[];
  readonly apiGroups?: string[];
  readonly resources?: string[];
  readonly namespaces?: string[];
}

/** Requests about resources, everything where nothing narrower is said. */
function about(target: Target, ...subjects: Subject[]): PolicyRulesWithSubjects {
  const { apiGroups = ['*'], namespaces = ['*'], resources = ['*'], verbs = ['*'] } = target;
  const clusterScope = target.namespaces === undefined;
  return { subjects, resourceRules: [{ verbs, apiGroups, resources, namespaces, clusterScope }] };
}

/** All requests. */
function everything(...subjects: Subject[]): PolicyRulesWithSubjects {
  return {
    ...about({}, ...subjects),
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  };
}

interface SchemaEntry {
  readonly level: string;
  readonly precedence: number;
  readonly by?: 'ByUser' | 'ByNamespace';
  readonly rules: PolicyRulesWithSubjects[];
}

const CONTROLLER_MANAGER = user('system:kube-controller-manager');
const SCHEDULER = user('system:kube-scheduler');
const EVERYBODY = [group(GROUP_UNAUTHENTICATED), group(GROUP_AUTHENTICATED)];
const LEADER_VERBS = ['get', 'create', 'update'];
const LEASES = { verbs: LEADER_VERBS, apiGroups: ['coordination.k8s.io'], resources: ['leases'] };

const SCHEMAS: Readonly<Record<string, SchemaEntry>> = {
  [EXEMPT]: { level: EXEMPT, precedence: 1, rules: [everything(group(GROUP_MASTERS))] },
  probes: {
    level: EXEMPT,
    precedence: 2,
    rules: [
      {
        subjects: EVERYBODY,
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
      },
    ],
  },
  'system-leader-election': {
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    rules: [about(LEASES, CONTROLLER_MANAGER, SCHEDULER)],
  },
  'endpoint-controller': {
    level: 'workload-high',
    precedence: 150,
    by: 'ByUser',
    rules: [
      about(
        { verbs: ['get', 'create', 'update'], apiGroups: [''], resources: ['endpoints'] },
        CONTROLLER_MANAGER,
        serviceAccount('endpoint-controller'),
        serviceAccount('endpointslicemirroring-controller'),
      ),
    ],
  },
  'workload-leader-election': {
    level: 'leader-election',
    precedence: 200,
    by: 'ByUser',
    rules: [about(LEASES, serviceAccount('*'))],
  },
  'system-node-high': {
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    rules: [
      about({ apiGroups: [''], resources: ['nodes', 'nodes/status'] }, group(GROUP_NODES)),
      about({ apiGroups: ['coordination.k8s.io'], resources: ['leases'] }, group(GROUP_NODES)),
    ],
  },
  'system-nodes': {
    level: 'system',
    precedence: 500,
    by: 'ByUser',
    rules: [everything(group(GROUP_NODES))],
  },
  'kube-controller-manager': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    rules: [everything(CONTROLLER_MANAGER)],
  },
  'kube-scheduler': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    rules: [everything(SCHEDULER)],
  },
  'kube-system-service-accounts': {
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    rules: [everything(serviceAccount('*'))],
  },
  'service-accounts': {
    level: 'workload-low',
    precedence: 9_000,
    by: 'ByUser',
    rules: [everything(group(GROUP_SERVICE_ACCOUNTS))],
  },
  'global-default': {
    level: 'global-default',
    precedence: 9_900,
    by: 'ByUser',
    rules: [everything(...EVERYBODY)],
  },
  [CATCH_ALL]: {
    level: CATCH_ALL,
    precedence: 10_000,
    by: 'ByUser',
    rules: [everything(...EVERYBODY)],
  },
};

interface LevelEntry {
  readonly shares: number;
  readonly lendablePercent: number;
  /** Unset: what comes past the seats is refused at once. */
  readonly queuing?: {
    readonly queues: number;
    readonly handSize: number;
    readonly queueLengthLimit: number;
  };
}

const queuing = (queues: number, handSize: number) => ({ queues, handSize, queueLengthLimit: 50 });

const LEVELS: Readonly<Record<string, LevelEntry>> = {
  'node-high': { shares: 40, lendablePercent: 25, queuing: queuing(64, 6) },
  system: { shares: 30, lendablePercent: 33, queuing: queuing(64, 6) },
  'leader-election': { shares: 10, lendablePercent: 0, queuing: queuing(16, 4) },
  'workload-high': { shares: 40, lendablePercent: 50, queuing: queuing(128, 6) },
  'workload-low': { shares: 100, lendablePercent: 90, queuing: queuing(128, 6) },
  'global-default': { shares: 20, lendablePercent: 50, queuing: queuing(128, 6) },
  [CATCH_ALL]: { shares: 5, lendablePercent: 0 },
};

const metadataOf = (name: string) => ({
  name,
  annotations: { [ANNOTATION_AUTOUPDATE_SPEC]: 'true' },
});

export const DEFAULT_FLOW_SCHEMAS: readonly NewObject<FlowSchema>[] = Object.entries(SCHEMAS).map(
  ([name, { by, level, precedence, rules }]) => {
    const spec: FlowSchemaSpec = {
      matchingPrecedence: precedence,
      priorityLevelConfiguration: { name: level },
      rules,
      ...(by ? { distinguisherMethod: { type: by } } : {}),
    };
    return { metadata: metadataOf(name), spec };
  },
);

export const DEFAULT_PRIORITY_LEVELS: readonly NewObject<PriorityLevelConfiguration>[] = [
  {
    metadata: metadataOf(EXEMPT),
    spec: { type: 'Exempt', exempt: { lendablePercent: 0, nominalConcurrencyShares: 0 } },
  },
  ...Object.entries(LEVELS).map(([name, entry]) => ({
    metadata: metadataOf(name),
    spec: toLimited(entry),
  })),
];

function toLimited({
  lendablePercent,
  queuing: waiting,
  shares,
}: LevelEntry): PriorityLevelConfigurationSpec {
  const limitResponse = waiting ? { type: 'Queue', queuing: { ...waiting } } : { type: 'Reject' };
  return {
    type: 'Limited',
    limited: { nominalConcurrencyShares: shares, lendablePercent, limitResponse },
  };
}
