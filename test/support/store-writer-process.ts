// A process of its own that commits transactions of three writes as fast as it can, and prints the versions of each that
// was acknowledged, one line each, until it is killed:
//   tsx store-writer-process.ts DATABASE_URL

import { createStore } from '../../src/store/postgres-store.ts';
import { createWrite, versionOf } from './test-store.ts';

const [url = ''] = process.argv.slice(2);
const store = createStore({ url });
await store.start();

async function writeOn(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const names = ['a', 'b', 'c'].map((part) => `killed-${process.pid}-${writer}-${i}-${part}`);
    const objects = await store.commit(names.map((name) => createWrite(name)));
    process.stdout.write(`${objects.map(versionOf).join(' ')}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, (_, writer) => writeOn(writer)));
