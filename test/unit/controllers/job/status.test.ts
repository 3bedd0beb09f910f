import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { takeCensus } from '../../../../src/controllers/job/census.ts';
import { ReleasedFinalizers } from '../../../../src/controllers/job/released-finalizers.ts';
import { countReleased, trackPods } from '../../../../src/controllers/job/status.ts';
import type { JobSpec, JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';

const FINALIZER = 'batch.kubernetes.io/job-tracking';
const KEY = 'default/work';
const NOW = Date.parse('2026-01-01T00:00:00Z');
const PODS = 6;

/** What becomes of a write: made, not made, or made and nobody hears of it. */
type Fate = 'made' | 'failed' | 'lost';

type Step =
  | { readonly kind: 'end'; readonly pod: number; readonly phase: 'Succeeded' | 'Failed' }
  /** The informer hears of a Pod. */
  | { readonly kind: 'hear'; readonly pod: number }
  | {
      readonly kind: 'run';
      readonly named: Fate;
      readonly released: readonly Fate[];
      readonly counted: Fate;
    }
  /** The controller starts anew, with a fresh list and nothing in mind. */
  | { readonly kind: 'restart' };

function newPod(index: number): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      uid: `uid-${index}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      finalizers: [FINALIZER],
    },
    status: { phase: 'Running' },
  };
}

/** A Job whose writes get lost, and an informer that lags behind. */
class FaultyWorld {
  readonly pods = Array.from({ length: PODS }, (_, index) => newPod(index));
  readonly #spec: JobSpec;
  #seen = [...this.pods];
  #status: JobStatus = { startTime: '2026-01-01T00:00:00Z' };
  #released = new ReleasedFinalizers();

  constructor(spec: JobSpec) {
    this.#spec = spec;
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'end':
        if (this.#isOver(step.pod)) return;
        this.#change(step.pod, { status: { phase: step.phase } });
        return;
      case 'hear':
        this.#hear(step.pod);
        return;
      case 'restart':
        this.#released = new ReleasedFinalizers();
        this.#seen = [...this.pods];
        return;
      case 'run':
        this.#run(step);
    }
  }

  /** How many ended Pods the status counts or names. */
  counted(): { succeeded: number; failed: number } {
    const { failed = 0, succeeded = 0, uncountedTerminatedPods: named } = this.#status;
    return {
      succeeded: succeeded + (named?.succeeded?.length ?? 0),
      failed: failed + (named?.failed?.length ?? 0),
    };
  }

  ended(): { succeeded: number; failed: number } {
    const phases = this.pods.map(({ status }) => status?.phase);
    return {
      succeeded: phases.filter((phase) => phase === 'Succeeded').length,
      failed: phases.filter((phase) => phase === 'Failed').length,
    };
  }

  #isOver(index: number): boolean {
    return this.pods[index]?.status?.phase !== 'Running';
  }

  #change(index: number, fields: Partial<Pod>): void {
    this.pods[index] = { ...(this.pods[index] as Pod), ...fields };
  }

  #hear(index: number): void {
    const pod = this.pods[index] as Pod;
    this.#seen[index] = pod;
    const { finalizers, uid = '' } = pod.metadata;
    if (!finalizers) this.#released.forgetPod(KEY, uid);
  }

  #run({ counted, named, released }: Extract<Step, { kind: 'run' }>): void {
    const census = takeCensus({
      job: { apiVersion: 'batch/v1', kind: 'Job', metadata: {}, status: this.#status },
      spec: this.#spec,
      pods: this.#seen,
      released: this.#released.of(KEY),
      backoff: undefined,
    });
    const counts = { active: census.activePods.length, ready: 0, terminating: 0 };
    const input = { census, counts, ending: undefined, managed: false, nowMs: NOW };
    const { held, release, status } = trackPods(input);
    if (!this.#store(status, named)) return;
    const gone = new Set<string>();
    release.forEach((pod, position) => {
      if (this.#release(pod, released[position % released.length] ?? 'made')) {
        gone.add(pod.metadata.uid ?? '');
      }
    });
    const stillHeld = new Set([...held].filter((uid) => !gone.has(uid)));
    this.#store(countReleased(status, stillHeld), counted);
  }

  #store(status: JobStatus, fate: Fate): boolean {
    if (fate !== 'failed') this.#status = status;
    return fate === 'made';
  }

  #release({ metadata: { uid = '' } }: Pod, fate: Fate): boolean {
    this.#released.expect(KEY, [uid]);
    if (fate !== 'failed') {
      const index = this.pods.findIndex(({ metadata }) => metadata.uid === uid);
      const { finalizers: _, ...metadata } = (this.pods[index] as Pod).metadata;
      this.#change(index, { metadata });
    }
    if (fate !== 'made') this.#released.forgetPod(KEY, uid);
    return fate === 'made';
  }
}

const fate = fc.constantFrom<Fate>('made', 'failed', 'lost');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('end' as const),
    pod: fc.nat(PODS - 1),
    phase: fc.constantFrom('Succeeded' as const, 'Failed' as const),
  }),
  fc.record({ kind: fc.constant('hear' as const), pod: fc.nat(PODS - 1) }),
  fc.record({
    kind: fc.constant('run' as const),
    named: fate,
    released: fc.array(fate, { minLength: 1, maxLength: PODS }),
    counted: fate,
  }),
  fc.constant<Step>({ kind: 'restart' }),
);

const CALM: Step = { kind: 'run', named: 'made', released: ['made'], counted: 'made' };

describe('the counters of a Job', () => {
  test('hold each ended Pod once, whatever is lost, heard late or forgotten', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new FaultyWorld({ template: {}, completions: 100, backoffLimit: 100 });
        let before = world.counted();
        for (const one of steps) {
          world.take(one);
          const { failed, succeeded } = world.counted();
          expect(succeeded).toBeLessThanOrEqual(world.ended().succeeded);
          expect(failed).toBeLessThanOrEqual(world.ended().failed);
          expect(succeeded).toBeGreaterThanOrEqual(before.succeeded);
          expect(failed).toBeGreaterThanOrEqual(before.failed);
          before = { failed, succeeded };
        }
        for (let pod = 0; pod < PODS; pod++) world.take({ kind: 'hear', pod });
        for (let run = 0; run < 3; run++) {
          world.take(CALM);
          for (let pod = 0; pod < PODS; pod++) world.take({ kind: 'hear', pod });
        }
        expect(world.counted()).toEqual(world.ended());
      }),
      { numRuns: 500 },
    );
  });
});
