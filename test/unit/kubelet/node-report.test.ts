import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextReportMs } from '../../../src/kubelet/stages/node-report.ts';
import { buildNode } from '../../support/builders.ts';

/** When a node that has reported at `lastMs` reports again. */
function nextMs(name: string, lastMs: number): number {
  const lastHeartbeatTime = new Date(lastMs).toISOString();
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime }];
  return nextReportMs({ ...buildNode({ name }), status: { conditions } }, PERIOD_MS);
}

const PERIOD_MS = 300_000;
const HEARTBEAT_MS = 10_000;

test('an unchanged status is reported again after a half to one and a half periods, then once a period', () => {
  const lateness = fc.integer({ min: 0, max: HEARTBEAT_MS });
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 0, max: 2 ** 40 }),
      lateness,
      (name, changeMs, lateMs) => {
        const first = nextMs(name, changeMs);
        expect(first - changeMs).toBeGreaterThanOrEqual(PERIOD_MS / 2);
        expect(first - changeMs).toBeLessThanOrEqual((PERIOD_MS * 3) / 2);
        // However late in its heartbeat the node notices, the next report keeps to the rhythm.
        const second = nextMs(name, Math.ceil(first) + lateMs);
        expect(second - first).toBeCloseTo(PERIOD_MS, 3);
      },
    ),
  );
});

test('nodes that came together report their statuses in turn', () => {
  const dueMs = Array.from({ length: 5_000 }, (_, i) => nextMs(`node-${i}`, 0));
  for (let fromMs = PERIOD_MS / 2; fromMs < (PERIOD_MS * 3) / 2; fromMs += HEARTBEAT_MS) {
    const together = dueMs.filter((ms) => ms >= fromMs && ms < fromMs + HEARTBEAT_MS);
    expect(together.length).toBeGreaterThan(100);
    expect(together.length).toBeLessThan(250);
  }
});
