import { collectDefaultMetrics, Registry } from 'prom-client';

/** How closely delays of the event loop are looked at, in milliseconds: each look wakes the process. */
const EVENT_LOOP_PRECISION_MS = 100;

let registry: Registry | undefined;

/**
 * The figures of this process and of Node.js, in Prometheus' text format: memory, processor time, garbage collection, delays
 * of the event loop. They are one set a process, however many control planes it runs, and are watched from the first time
 * that somebody asks: who never does pays nothing.
 */
export function processMetrics(): Promise<string> {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS,
    });
  }
  return registry.metrics();
}
