import type { Dice } from './dice.ts';

/** What users of a whole cluster write, at random: every workload, and what goes with it. */

export const DEPLOYMENTS = ['web', 'api', 'worker'];
export const ORDERED_SET = 'database';
export const PARALLEL_SET = 'cache';
export const STATEFUL_SETS = [ORDERED_SET, PARALLEL_SET];
export const DAEMON_SETS = ['agent'];
export const JOBS = ['import', 'report', 'index'];
export const CRON_JOBS = ['minutely'];
export const ZONES = ['a', 'b', 'c'];
export const QUOTA = 'pods';
/** More than all of a namespace's workloads want. */
export const AMPLE_QUOTA = 200;

const IMAGES = ['nginx:1.25', 'nginx:1.26', 'nginx:1.27'];

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
}

interface TemplateOptions {
  readonly annotations?: Record<string, string>;
  readonly spec?: object;
}

function template(app: string, dice: Dice, { annotations, spec }: TemplateOptions = {}): object {
  const requests = { cpu: `${dice.between(1, 6)}00m`, memory: '64Mi' };
  return {
    metadata: { labels: { app }, ...(annotations ? { annotations } : {}) },
    spec: {
      terminationGracePeriodSeconds: dice.between(0, 20),
      containers: [{ name: 'app', image: dice.pick(IMAGES), resources: { requests } }],
      ...spec,
    },
  };
}

const selectorOf = (app: string): object => ({ matchLabels: { app } });

/** Either bound may be 0, and both of them never. */
function rollingUpdate(dice: Dice): object {
  const maxSurge = dice.between(0, 2);
  return { maxSurge, maxUnavailable: dice.between(maxSurge === 0 ? 1 : 0, 2) };
}

export function deployment(namespace: string, dice: Dice): Manifest {
  const name = dice.pick(DEPLOYMENTS);
  const strategy = dice.chance(0.2)
    ? { type: 'Recreate' }
    : { type: 'RollingUpdate', rollingUpdate: rollingUpdate(dice) };
  const spec = {
    replicas: dice.between(0, 6),
    selector: selectorOf(name),
    strategy,
    template: template(name, dice),
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
}

export function statefulSet(namespace: string, dice: Dice): Manifest {
  const name = dice.pick(STATEFUL_SETS);
  const isOrdered = name === ORDERED_SET;
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const spec = {
    replicas: dice.between(0, 4),
    serviceName: name,
    podManagementPolicy: isOrdered ? 'OrderedReady' : 'Parallel',
    selector: selectorOf(name),
    template: template(name, dice),
    ...(isOrdered ? { volumeClaimTemplates: [claim] } : {}),
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, namespace }, spec };
}

export function daemonSet(namespace: string, dice: Dice): Manifest {
  const name = dice.pick(DAEMON_SETS);
  const zone = dice.pick([undefined, ...ZONES]);
  const nodeSelector = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone };
  const spec = {
    selector: selectorOf(name),
    updateStrategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: dice.between(1, 3), maxSurge: 0 },
    },
    template: template(name, dice, { spec: { nodeSelector } }),
  };
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace }, spec };
}

const endsByItself = (dice: Dice): Record<string, string> => ({
  'orrery.dev/exit-after': `${dice.between(5, 30)}s`,
});

/** Its Pods end by themselves; however many of them fail, it goes on. */
export function job(namespace: string, dice: Dice): Manifest {
  const name = dice.pick(JOBS);
  const annotations = endsByItself(dice);
  const spec = {
    completions: dice.between(1, 5),
    parallelism: dice.between(1, 3),
    backoffLimit: 1_000,
    completionMode: dice.pick(['NonIndexed', 'Indexed']),
    template: template(name, dice, { annotations, spec: { restartPolicy: 'Never' } }),
  };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec };
}

export const CRON_HISTORY_LIMIT = 2;

/** Once in a minute, of which some pass while users and faults are at it. */
export function cronJob(namespace: string, dice: Dice): Manifest {
  const name = dice.pick(CRON_JOBS);
  const annotations = endsByItself(dice);
  const pods = template(name, dice, { annotations, spec: { restartPolicy: 'Never' } });
  const spec = {
    schedule: '* * * * *',
    concurrencyPolicy: dice.pick(['Allow', 'Forbid', 'Replace']),
    successfulJobsHistoryLimit: CRON_HISTORY_LIMIT,
    jobTemplate: { spec: { backoffLimit: 1_000, template: pods } },
  };
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace }, spec };
}

export function service(namespace: string, dice: Dice): Manifest {
  const name = dice.pick([...DEPLOYMENTS, ...STATEFUL_SETS]);
  const isHeadless = STATEFUL_SETS.includes(name);
  const spec = {
    selector: { app: name },
    ports: [{ port: 80 }],
    ...(isHeadless ? { clusterIP: 'None' } : {}),
  };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec };
}

export function podDisruptionBudget(namespace: string, dice: Dice): Manifest {
  const name = dice.pick(DEPLOYMENTS);
  const spec = { maxUnavailable: dice.between(1, 2), selector: selectorOf(name) };
  const metadata = { name, namespace };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec };
}

export function resourceQuota(namespace: string, pods: number): Manifest {
  const metadata = { name: QUOTA, namespace };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods } } };
}

export const FAULTS = [
  'CrashPods',
  'SlowImagePulls',
  'PartitionNodes',
  'KillNodes',
  'FlapNodes',
  'Pressure',
  'ClockSkew',
];

/** What else a type wants to know. */
const FAULT_FIELDS: Readonly<Record<string, object>> = {
  CrashPods: { crash: { exitCode: 139, reason: 'Segfault' } },
  SlowImagePulls: { pullSlowdown: 3 },
  FlapNodes: { flapping: { period: '20s', downFor: '10s' } },
  Pressure: { pressures: ['MemoryPressure'] },
  ClockSkew: { clockOffset: '30s' },
};

/** Misfortune of a third of the nodes, or of a zone, for less than a minute. */
export function fault(name: string, dice: Dice): Manifest {
  const type = dice.pick(FAULTS);
  const where = dice.chance(0.3) ? { zone: dice.pick(ZONES) } : { sharePercent: 35 };
  const spec = {
    type,
    ...where,
    seed: dice.below(1_000),
    duration: `${dice.between(10, 40)}s`,
    ...FAULT_FIELDS[type],
  };
  return { apiVersion: 'simulation.orrery.dev/v1alpha1', kind: 'Fault', metadata: { name }, spec };
}
