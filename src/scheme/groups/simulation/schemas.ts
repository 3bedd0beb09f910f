/** The fields of the simulation's kinds, each with what it means. */
import {
  boolean,
  dateTime,
  int32,
  int64,
  list,
  map,
  quantity,
  ref,
  string,
} from '../../schema-literals.ts';
import type { FieldSchema, FieldType, TypeSchema } from '../../structural-schema.ts';
import { FAULT_TYPES, PRESSURES } from './types.ts';

export const SIMULATION_PACKAGE = 'dev.orrery.simulation.v1alpha1';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const own = (name: string): FieldType => ref(`${SIMULATION_PACKAGE}.${name}`);
const duration: FieldType = string;

function field(
  type: FieldType,
  description: string,
  more: Omit<FieldSchema, 'type' | 'description'> = {},
): FieldSchema {
  return { type, description, ...more };
}

function typeOf(
  name: string,
  description: string,
  fields: Readonly<Record<string, FieldSchema>>,
): TypeSchema {
  return { name: `${SIMULATION_PACKAGE}.${name}`, description, fields };
}

function kindOf(name: string, description: string): TypeSchema {
  return typeOf(name, description, {
    apiVersion: { type: string },
    kind: { type: string },
    metadata: { type: ref(`${META}.ObjectMeta`) },
    spec: { type: own(`${name}Spec`), required: true },
    status: { type: own(`${name}Status`) },
  });
}

const STATUS_FIELDS: Readonly<Record<string, FieldSchema>> = {
  observedGeneration: { type: int64 },
  conditions: field(
    list(ref(`${META}.Condition`)),
    'Accepted is True when the object is in effect, and False with a message when it cannot be.',
    { listType: 'map', listMapKeys: ['type'] },
  ),
};

const namespaces = field(list(string), 'Only Pods of these namespaces. All when it is empty.', {
  listType: 'set',
});
const seed = field(
  int64,
  'What chance begins with: the same seed draws the same for the same Pods and Nodes.',
);
const when = field(
  string,
  'A CEL expression over `pod` and `node` that must be true, such as `pod.spec.priority > 0`.',
);

const STAGE_TYPES: readonly TypeSchema[] = [
  kindOf(
    'Stage',
    'How some Pods behave on simulated nodes: how they start, run, use, log, fail and end.',
  ),
  typeOf('StageSpec', 'Which Pods a stage is for, and what they do.', {
    selector: field(ref(`${META}.LabelSelector`), 'Only Pods with these labels. All without it.'),
    namespaces,
    when,
    group: field(
      string,
      'Of the stages of one group that are for a Pod, one is drawn by weight. A stage without a group stands alone.',
    ),
    weight: field(int32, 'How often the stage is drawn of its group. 1 when it is not given.'),
    seed,
    pull: field(own('StagePull'), 'What comes of pulling images.'),
    start: field(own('StageStart'), 'How containers start.'),
    ready: field(own('StageReady'), 'How containers become ready.'),
    probes: field(own('StageProbes'), 'What the probes of containers find.'),
    usage: field(own('StageUsage'), 'What containers use.'),
    log: field(own('StageLog'), 'What containers print.'),
    exit: field(
      own('StageExit'),
      'How containers end by themselves. They run for good without it.',
    ),
    stop: field(own('StageStop'), 'How containers stop when they are told to.'),
  }),
  typeOf('StagePull', 'What comes of pulling the images of a Pod.', {
    error: field(string, 'The registry refuses with this, such as `not found`.'),
  }),
  typeOf('StageStart', 'How the containers of a Pod start.', {
    delay: field(own('Delay'), 'How long a container takes to start.'),
    postStartError: field(string, 'Their postStart hooks fail with this.'),
  }),
  typeOf('StageReady', 'How the containers of a Pod become ready.', {
    delay: field(own('Delay'), 'How long a container takes to become ready once it runs.'),
    never: field(boolean, 'They never become ready.'),
  }),
  typeOf(
    'StageProbes',
    'What probes find from the start of a container: `pass 1m, fail 30s, pass`.',
    {
      startup: field(string, 'What the startup probe finds.'),
      readiness: field(string, 'What the readiness probe finds.'),
      liveness: field(string, 'What the liveness probe finds.'),
    },
  ),
  typeOf('StageUsage', 'What each container of a Pod uses.', {
    cpu: field(string, 'Cores, as a quantity (`250m`) or a range to swing in (`100m..400m`).'),
    memory: field(string, 'Bytes, as a quantity (`64Mi`) or a range to swing in (`32Mi..96Mi`).'),
  }),
  typeOf('StageLog', 'What each container of a Pod prints.', {
    lines: field(list(string), 'Printed when it starts.', { listType: 'atomic' }),
    every: field(duration, 'They are printed again, this long apart. Once when it is not given.'),
  }),
  typeOf('StageExit', 'How the containers of a Pod end by themselves.', {
    after: field(own('Delay'), 'How long after its start a container ends.'),
    code: field(int32, 'Its exit code. 0 when it is not given, 137 when the reason is OOMKilled.'),
    reason: field(string, 'Why, in its status: `OOMKilled`. By the code when it is not given.'),
  }),
  typeOf('StageStop', 'How the containers of a Pod stop when they are told to.', {
    delay: field(
      own('Delay'),
      'How long a container takes to stop; what is longer than the grace period is cut off.',
    ),
    preStopError: field(string, 'Their preStop hooks fail with this.'),
  }),
  typeOf('Delay', 'How long something takes.', {
    duration: field(duration, 'At least this long: `5s`, `1m30s`.'),
    jitter: field(duration, 'Up to this much longer, another part of it for each Pod.'),
    expression: field(
      string,
      'A CEL expression over `pod` and `node` that gives a duration, in place of the two others.',
    ),
  }),
  typeOf('StageStatus', 'Whether a stage is in effect.', STATUS_FIELDS),
];

const NODE_PROFILE_TYPES: readonly TypeSchema[] = [
  kindOf('NodeProfile', 'A number of simulated nodes that are alike.'),
  typeOf('NodeProfileSpec', 'How many nodes there are to be, and what they are like.', {
    replicas: field(int32, 'How many nodes there are to be. 1 when it is not given.'),
    capacity: field(map(quantity), 'What a node has: `cpu`, `memory`, `pods`, and anything else.'),
    reserved: field(
      map(quantity),
      'What a node keeps for itself of that: Pods are given the rest.',
    ),
    region: field(string, 'Where the nodes are.'),
    zones: field(list(string), 'Zones that the nodes are dealt out to in turn.', {
      listType: 'atomic',
    }),
    labels: field(map(string), 'Labels of each node.'),
    annotations: field(map(string), 'Annotations of each node.'),
    taints: field(list(ref('io.k8s.api.core.v1.Taint')), 'Taints of each node.', {
      listType: 'atomic',
    }),
    pricePerHour: field(
      string,
      'What a node costs, a decimal number in a currency of your choice. Told in an annotation.',
    ),
  }),
  typeOf('NodeProfileStatus', 'How many nodes of a profile there are.', {
    ...STATUS_FIELDS,
    replicas: field(int32, 'How many nodes there are.'),
    readyReplicas: field(int32, 'How many of them are ready.'),
  }),
];

const FAULT_SCHEMAS: readonly TypeSchema[] = [
  kindOf('Fault', 'Something that goes wrong on simulated nodes, from one time to another.'),
  typeOf('FaultSpec', 'What goes wrong, where, and how long.', {
    type: field(
      string,
      'What goes wrong: CrashPods ends containers, SlowImagePulls delays pulls, PartitionNodes cuts nodes off and their Pods go on, KillNodes takes them down with their Pods, FlapNodes cuts them off again and again, Pressure lets them run out of something, ClockSkew lets their clocks go wrong.',
      { required: true, enum: FAULT_TYPES },
    ),
    nodeSelector: field(
      ref(`${META}.LabelSelector`),
      'Only nodes with these labels. All without it.',
    ),
    zone: field(string, 'Only nodes of this zone.'),
    podSelector: field(ref(`${META}.LabelSelector`), 'CrashPods: only Pods with these labels.'),
    namespaces,
    when,
    sharePercent: field(
      int32,
      'How many of them, in hundredths: of the Pods for CrashPods, of the nodes otherwise. 100 when it is not given.',
    ),
    seed,
    startTime: field(dateTime, 'When it begins. When the object is created, if it is not given.'),
    duration: field(
      duration,
      'How long it lasts. Until the object is deleted, if it is not given.',
    ),
    crash: field(own('FaultCrash'), 'CrashPods: how the containers end.'),
    flapping: field(own('FaultFlapping'), 'FlapNodes: how often, and how long.'),
    pressures: field(
      list({ kind: 'string' }),
      'Pressure: the conditions of the nodes that become true.',
      {
        listType: 'set',
        enum: PRESSURES,
      },
    ),
    pullSlowdown: field(
      int32,
      'SlowImagePulls: how many times longer pulls take. 10 when it is not given.',
    ),
    clockOffset: field(duration, 'ClockSkew: how far ahead the clocks are, or behind: `-30s`.'),
  }),
  typeOf('FaultCrash', 'How containers end that a fault crashes.', {
    exitCode: field(int32, 'Their exit code. 137 when it is not given.'),
    reason: field(string, 'Why, in their status. Error when it is not given.'),
  }),
  typeOf('FaultFlapping', 'How nodes come and go.', {
    period: field(duration, 'From one failure to the next. 2m when it is not given.'),
    downFor: field(duration, 'How long each lasts. 1m when it is not given.'),
  }),
  typeOf('FaultStatus', 'How far a fault is and what it has done.', {
    ...STATUS_FIELDS,
    phase: field(string, 'Scheduled, Active, Ended, or Invalid when it cannot be.', {
      enum: ['Scheduled', 'Active', 'Ended', 'Invalid'],
    }),
    startTime: field(dateTime, 'When it began.'),
    endTime: field(dateTime, 'When it ended.'),
    affectedNodes: field(int32, 'How many nodes it is for.'),
    affectedPods: field(int32, 'How many Pods it is for, where it is for Pods.'),
  }),
];

export const SIMULATION_TYPES: readonly TypeSchema[] = [
  ...STAGE_TYPES,
  ...NODE_PROFILE_TYPES,
  ...FAULT_SCHEMAS,
];
