import type { HealthCheck } from '../http/health-checks.ts';
import { sleep, systemClock } from '../lib/clock.ts';
import type { ObjectStore } from '../store/store.ts';

export interface Readiness {
  readonly workersStarted: boolean;
}

/** Who asks whether the server is ready wants to know within this time, in milliseconds: Kubernetes' bound for etcd. */
const STORE_TIMEOUT_MS = 2_000;

/** What must hold before requests are sent to this process. */
export function readyChecks(store: ObjectStore, readiness: Readiness): readonly HealthCheck[] {
  return [
    { name: 'store', check: () => assertStoreAnswers(store) },
    {
      name: 'workers',
      check: () => {
        if (!readiness.workersStarted) throw new Error('controllers and nodes are being started');
      },
    },
  ];
}

async function assertStoreAnswers(store: ObjectStore): Promise<void> {
  const patience = new AbortController();
  const late = sleep(systemClock, STORE_TIMEOUT_MS, patience.signal).then(() => false);
  try {
    const answers = await Promise.race([store.currentResourceVersion().then(() => true), late]);
    if (!answers) throw new Error(`PostgreSQL has not answered for ${STORE_TIMEOUT_MS} ms`);
  } finally {
    patience.abort();
  }
}
