// A process of its own that works on a queue, prints each key that it starts, and never finishes one:
//   tsx queue-worker-process.ts postgres|redis URL QUEUE

import { createBullmqBackend } from '../../src/queues/bullmq-backend.ts';

const [kind, url = '', name = ''] = process.argv.slice(2);

const backend = await createBullmqBackend(
  kind === 'redis' ? { redisUrl: url, prefix: name } : { databaseUrl: url },
);
const queue = await backend.open({
  name,
  concurrency: 1,
  process: (key) => {
    process.stdout.write(`${key}\n`);
    return new Promise(() => undefined);
  },
});
await queue.run();
