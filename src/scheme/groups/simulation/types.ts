/**
 * simulation.orrery.dev/v1alpha1: what the simulated machines and Pods of a cluster do, as objects. Ours, and alpha: served
 * where `--runtime-config` switches it on.
 */
import type { Taint } from '../../generated/types/core-v1.ts';
import type { Condition, LabelSelector } from '../../generated/types/meta-v1.ts';
import type { ObjectMeta } from '../../object.ts';

export const SIMULATION_GROUP = 'simulation.orrery.dev';
export const SIMULATION_VERSION = 'v1alpha1';
export type SimulationApiVersion = `${typeof SIMULATION_GROUP}/${typeof SIMULATION_VERSION}`;

/** How long something takes. */
export interface Delay {
  duration?: string;
  jitter?: string;
  expression?: string;
}

export interface Stage {
  apiVersion: SimulationApiVersion;
  kind: 'Stage';
  metadata: ObjectMeta;
  spec: StageSpec;
  status?: SimulationStatus;
}

export interface StageSpec {
  selector?: LabelSelector;
  namespaces?: string[];
  when?: string;
  group?: string;
  weight?: number;
  seed?: number;
  pull?: StagePull;
  start?: StageStart;
  ready?: StageReady;
  probes?: StageProbes;
  usage?: StageUsage;
  log?: StageLog;
  exit?: StageExit;
  stop?: StageStop;
}

export interface StagePull {
  error?: string;
}

export interface StageStart {
  delay?: Delay;
  postStartError?: string;
}

export interface StageReady {
  delay?: Delay;
  never?: boolean;
}

export interface StageProbes {
  startup?: string;
  readiness?: string;
  liveness?: string;
}

export interface StageUsage {
  cpu?: string;
  memory?: string;
}

export interface StageLog {
  lines?: string[];
  every?: string;
}

export interface StageExit {
  after?: Delay;
  code?: number;
  reason?: string;
}

export interface StageStop {
  delay?: Delay;
  preStopError?: string;
}

/** What became of an object of this group. */
export interface SimulationStatus {
  observedGeneration?: number;
  conditions?: Condition[];
}

export interface NodeProfile {
  apiVersion: SimulationApiVersion;
  kind: 'NodeProfile';
  metadata: ObjectMeta;
  spec: NodeProfileSpec;
  status?: NodeProfileStatus;
}

export interface NodeProfileSpec {
  replicas?: number;
  capacity?: Record<string, string>;
  reserved?: Record<string, string>;
  region?: string;
  zones?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  taints?: Taint[];
  pricePerHour?: string;
}

export interface NodeProfileStatus extends SimulationStatus {
  replicas?: number;
  readyReplicas?: number;
}

export const FAULT_TYPES = [
  'ClockSkew',
  'CrashPods',
  'FlapNodes',
  'KillNodes',
  'PartitionNodes',
  'Pressure',
  'SlowImagePulls',
] as const;
export type FaultType = (typeof FAULT_TYPES)[number];

export const PRESSURES = ['DiskPressure', 'MemoryPressure', 'PIDPressure'] as const;
export type PressureType = (typeof PRESSURES)[number];

export interface Fault {
  apiVersion: SimulationApiVersion;
  kind: 'Fault';
  metadata: ObjectMeta;
  spec: FaultSpec;
  status?: FaultStatus;
}

export interface FaultSpec {
  type: FaultType;
  nodeSelector?: LabelSelector;
  zone?: string;
  podSelector?: LabelSelector;
  namespaces?: string[];
  when?: string;
  sharePercent?: number;
  seed?: number;
  startTime?: string;
  duration?: string;
  crash?: FaultCrash;
  flapping?: FaultFlapping;
  pressures?: PressureType[];
  pullSlowdown?: number;
  clockOffset?: string;
}

export interface FaultCrash {
  exitCode?: number;
  reason?: string;
}

export interface FaultFlapping {
  period?: string;
  downFor?: string;
}

export interface FaultStatus extends SimulationStatus {
  phase?: 'Scheduled' | 'Active' | 'Ended' | 'Invalid';
  startTime?: string;
  endTime?: string;
  affectedNodes?: number;
  affectedPods?: number;
}
