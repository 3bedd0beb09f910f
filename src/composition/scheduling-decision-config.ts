/** The settings of the scheduler's decisions: how much is told of them, and how long it is kept. */
import { seconds, toInteger } from './option-values.ts';

export interface SchedulingDecisionConfig {
  /** For how many decisions a second what the plugins say of nodes is kept. @default 10 */
  readonly detailsPerSecond: number;
  /** How long decisions are kept, in seconds. @default 86400 (a day) */
  readonly retentionSeconds: number;
  /** How many decisions are kept: the newest. @default 100000 */
  readonly maxRows: number;
  /** How many are kept of each Pod: the newest. @default 20 */
  readonly maxRowsPerPod: number;
}

export const SCHEDULING_DECISION_OPTIONS = {
  'scheduling-details-per-second': { type: 'string' },
  'scheduling-decision-retention': { type: 'string' },
  'scheduling-decision-rows': { type: 'string' },
  'scheduling-decisions-per-pod': { type: 'string' },
} as const;

export const SCHEDULING_DECISION_USAGE = `Why Pods are where they are (see docs/scheduling.md):
  --scheduling-details-per-second N
                              for so many decisions a second keep what each plugin says of nodes (default 10)
  --scheduling-decision-retention SECONDS
                              how long decisions are kept (default 86400)
  --scheduling-decision-rows N
                              how many decisions are kept (default 100000)
  --scheduling-decisions-per-pod N
                              how many of them of each Pod (default 20)
`;

type Values = {
  readonly [Name in keyof typeof SCHEDULING_DECISION_OPTIONS]?: string | undefined;
};

/** @throws {ConfigError} */
export function readSchedulingDecisionConfig(values: Values): SchedulingDecisionConfig {
  const read = (name: keyof Values, preset: string, min: number, max: number): number =>
    toInteger(`--${name}`, values[name] ?? preset, min, max);
  return {
    detailsPerSecond: read('scheduling-details-per-second', '10', 0, 10_000),
    retentionSeconds: seconds(
      '--scheduling-decision-retention',
      values['scheduling-decision-retention'] ?? '86400',
    ),
    maxRows: read('scheduling-decision-rows', '100000', 0, 100_000_000),
    maxRowsPerPod: read('scheduling-decisions-per-pod', '20', 1, 1_000),
  };
}
