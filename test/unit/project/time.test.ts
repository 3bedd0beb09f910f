/** Who may read the machine's clock: everything else goes by the cluster's, which people steer. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

/** What reads real time, and the reason that it does. */
const REAL_TIME: Readonly<Record<string, string>> = {
  'src/control-plane.ts': 'what the cluster clock runs against',
  'src/composition/audit.ts': 'when somebody really did something',
  'src/composition/authentication.ts': 'tokens of issuers outside of the cluster',
  'src/composition/cluster-authority.ts': 'certificates are checked by machines',
  'src/composition/container-logs.ts': 'waiting on PostgreSQL',
  'src/composition/ready-checks.ts': 'waiting on PostgreSQL',
  'src/composition/scheduling-decisions.ts': 'waiting on PostgreSQL',
  'src/composition/scheduling-simulator.ts': 'a caller who waits for an answer',
  'src/composition/serving-certificate.ts': 'certificates are checked by machines',
  'src/apiserver/api-server.ts': 'requests that wait for their turn',
  'src/apiserver/create-registry.ts': 'deadlines of requests, bookmarks',
  'src/apiserver/custom-resources/custom-resources.ts': 'waiting on what failed',
  'src/apiserver/fairness/flow-schema-keeper.ts': 'waiting on what failed',
  'src/apiserver/subresources/follow-pod-log.ts': 'reading a table again',
  'src/graphql/watch/event-source.ts': 'streams to clients',
  'src/graphql/watch/sse-transport.ts': 'streams to clients',
  'src/graphql/watch/websocket-transport.ts': 'streams to clients',
  'src/http/http-server.ts': 'connections',
  'src/http/stream/flush-scheduler.ts': 'streams to clients',
  'src/machinery/api-event-recorder.ts': 'waiting on what failed',
  'src/machinery/controller-manager.ts': 'waiting on what failed, and whether a process lives',
  'src/machinery/informer-factory.ts': 'waiting on what failed',
  'src/machinery/scoped-informers.ts': 'a start that takes long',
  'src/queues/bullmq-queue.ts': "BullMQ's own stamps and connections",
  'src/queues/claim-keeper.ts': "BullMQ's own stamps",
  'src/queues/loss.ts': 'waiting on PostgreSQL',
  'src/rest/watch/serve-watch.ts': 'streams to clients',
  'src/rest/watch/watch-stream.ts': 'streams to clients',
  'src/store/store-options.ts': 'waiting on PostgreSQL',
  'src/store/embedded': 'another process',
};
/** Rooms that are no part of a cluster's world: what all clocks are made of, and the command of a person. */
const FREE_ROOMS = ['src/lib/', 'src/cli/', 'src/main.ts'];

const READS_REAL_TIME = /\bsystemClock\b|\bDate\.now\(|\bnew Date\(\)/;

function sources(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return sources(place);
    return place.endsWith('.ts') ? [place] : [];
  });
}

function readersOfRealTime(): string[] {
  return sources('src')
    .filter((file) => !FREE_ROOMS.some((room) => file.startsWith(room)))
    .filter((file) => READS_REAL_TIME.test(fs.readFileSync(file, 'utf8')));
}

/** The entry of the table that allows a file. */
const entryOf = (file: string): string | undefined =>
  Object.keys(REAL_TIME).find((place) => file === place || file.startsWith(`${place}/`));

test('nothing reads real time but what has a reason to: the rest goes by the clock that it is given', () => {
  expect(readersOfRealTime().filter((file) => entryOf(file) === undefined)).toEqual([]);
});

test('whatever is allowed to read real time does', () => {
  const used = new Set(readersOfRealTime().map(entryOf));
  expect(Object.keys(REAL_TIME).filter((place) => !used.has(place))).toEqual([]);
});
