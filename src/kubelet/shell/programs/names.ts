/** `nslookup` and `getent`: what names stand for in the cluster. */
import { isIP } from 'node:net';
import type { NameAnswer, Process, Program } from '../process.ts';
import { parseOptions } from './options.ts';
import { fail, print } from './program-io.ts';

export const nslookup: Program = async (process) => {
  const [name] = parseOptions(process.args, { values: 'q' }).operands;
  if (name === undefined) return fail(process, 'usage: nslookup HOST');
  const server = nameServerOf(process);
  await print(process, `Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
  const answer = await process.machine.network.lookUp(name);
  if (!answer) {
    await print(process, `** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  for (const address of answer.addresses)
    await print(process, `Name:\t${answer.name}\nAddress: ${address}\n`);
  await print(process, '\n');
  return 0;
};

function nameServerOf({ machine }: Process): string {
  const entry = machine.files.lookUp('/etc/resolv.conf');
  const text = entry?.kind === 'file' ? Buffer.from(entry.data).toString() : '';
  return /^nameserver\s+(\S+)/m.exec(text)?.[1] ?? '127.0.0.1';
}

async function resolve(process: Process, name: string): Promise<NameAnswer | undefined> {
  return isIP(name) === 0 ? process.machine.network.lookUp(name) : { name, addresses: [name] };
}

export const getent: Program = async (process) => {
  const [, database, name = ''] = process.args;
  if (database !== 'hosts' && database !== 'ahosts') return 1;
  const answer = await resolve(process, name);
  for (const address of answer?.addresses ?? [])
    await print(process, `${address.padEnd(15)} ${answer?.name}\n`);
  return answer ? 0 : 2;
};
