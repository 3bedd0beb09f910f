import { printReply, type RedisStore } from '../../network/redis.ts';
import type { Program } from '../process.ts';
import { parseOptions } from './options.ts';
import { print } from './program-io.ts';

/** `redis-cli`, asking the Redis of its own container. */
export const redisCli =
  (store: RedisStore): Program =>
  async (process) => {
    const { operands } = parseOptions(process.args, { values: 'hpna' });
    if (operands.length > 0) {
      await print(process, `${printReply(store.run(operands))}\n`);
      return 0;
    }
    for await (const line of process.stdin.lines()) {
      const args = line.trim().split(/\s+/).filter(Boolean);
      if (args.length > 0) await print(process, `${printReply(store.run(args))}\n`);
    }
    return 0;
  };
