/** `orrery simulate-scheduling` in words and tables. */
import type { SimulateSchedulingQuery } from '../generated/operations.ts';
import { ColumnPrinter } from '../output/columns.ts';
import { formatReasons, formatVictims } from './reasons.ts';

export type Simulation = NonNullable<SimulateSchedulingQuery['simulateScheduling']>;
type Obstacle = NonNullable<Simulation['obstacle']>;

/** Where the Pods would go, and what stops the next one. */
export function formatSimulation(simulation: Simulation): string[] {
  const { obstacle, placements } = simulation;
  const rows = placements.map(({ count, nodeName }) => [nodeName, String(count)]);
  return [
    summaryOf(simulation),
    ...(rows.length > 0 ? ['', ...new ColumnPrinter().format([['NODE', 'PODS'], ...rows])] : []),
    ...(obstacle ? ['', ...formatObstacle(obstacle)] : []),
  ];
}

function summaryOf({ count, durationMs, end, fits, nodes, placements }: Simulation): string {
  const took = `(${Math.round(durationMs)} ms, nothing was created)`;
  const onNodes = `on ${placements.length} of ${nodes} nodes`;
  switch (end) {
    case 'ALL_FIT':
      return `All ${count} fit, ${onNodes} ${took}`;
    case 'NO_NODE_FITS':
      return fits === 0
        ? `None of ${count} fits on ${nodes} nodes ${took}`
        : `${fits} of ${count} fit, ${onNodes} ${took}`;
    case 'TIME_LIMIT':
      return `${fits} of ${count} fit at least, ${onNodes}; then time was up ${took}`;
  }
}

function formatObstacle({ message, preemption, reasons }: Obstacle): string[] {
  return [
    `The next one would wait: ${message}`,
    ...(reasons.length > 0 ? ['', ...formatReasons(reasons)] : []),
    ...(preemption
      ? [
          '',
          `It would take the place of less important Pods on ${preemption.nodeName}: ${formatVictims(preemption.victims)}`,
        ]
      : []),
  ];
}
