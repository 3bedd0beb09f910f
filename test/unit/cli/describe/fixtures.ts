import path from 'node:path';
import type { EventFactsFragment } from '../../../../src/cli/generated/operations.ts';
import { expectGolden } from '../../../support/golden.ts';

export const NOW = Date.parse('2026-01-31T08:10:00Z');
export const CREATED = '2026-01-31T08:00:00Z';

/** The description of each kind beside its golden text in `golden/`. */
export function expectDescription(name: string, text: string): void {
  expectGolden(path.join(import.meta.dirname, 'golden', `${name}.txt`), text);
}

export function event(facts: Partial<EventFactsFragment>): EventFactsFragment {
  return {
    type: 'Normal',
    reason: 'Scheduled',
    message: 'Successfully assigned default/web to node-1',
    count: null,
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    series: null,
    source: null,
    reportingComponent: null,
    ...facts,
  };
}

export const EVENTS = [
  event({
    reason: 'BackOff',
    type: 'Warning',
    message: 'Back-off restarting failed container\n',
    count: 3,
    firstTimestamp: '2026-01-31T08:05:00Z',
    lastTimestamp: '2026-01-31T08:09:55Z',
    source: { component: 'kubelet' },
  }),
  event({ eventTime: '2026-01-31T08:00:00.000001Z', reportingComponent: 'default-scheduler' }),
];

export const metadata = (name: string, more: object = {}) => ({
  name,
  namespace: 'default',
  uid: `uid-of-${name}`,
  creationTimestamp: CREATED,
  ...more,
});
