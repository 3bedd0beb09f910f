import { createNullDevice } from '../../src/kubelet/files/entries.ts';
import { FileTree } from '../../src/kubelet/files/file-tree.ts';
import { Space } from '../../src/kubelet/files/space.ts';
import { createBudget, KilledError } from '../../src/kubelet/shell/budget.ts';
import { ByteReader } from '../../src/kubelet/shell/byte-reader.ts';
import { Collector, Pipe } from '../../src/kubelet/shell/pipe.ts';
import type { Machine, Network } from '../../src/kubelet/shell/process.ts';
import { PROGRAMS } from '../../src/kubelet/shell/program-table.ts';
import { runProgram } from '../../src/kubelet/shell/run-program.ts';
import { VirtualClock } from '../../src/lib/virtual-clock.ts';

const NO_NETWORK: Network = {
  lookUp: async () => undefined,
  request: () => Promise.reject(new Error('there is no network')),
};

/** A machine with every program, a home and a few files; its clock stands at the beginning of 2026. */
export function buildMachine(changes: Partial<Machine> = {}): Machine & { clock: VirtualClock } {
  const clock = new VirtualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const files = new FileTree(new Space({ maxBytes: 4_194_304 }), () => clock.now());
  for (const path of ['/tmp', '/root', '/etc', '/bin', '/data']) files.makeDirectories(path);
  files.mount('/dev/null', createNullDevice(files.root.space, clock.now()));
  files.write('/etc/hostname', Buffer.from('web-0\n'));
  files.write('/data/fruit', Buffer.from('pear\napple\nfig\napple\n'));
  return {
    files,
    hostname: 'web-0',
    user: { uid: 0, gid: 0, name: 'root', group: 'root' },
    network: NO_NETWORK,
    kernel: { release: '6.1.0', architecture: 'x86_64' },
    processes: () => [{ pid: 1, user: 'root', command: 'sleep infinity' }],
    program: (name) => PROGRAMS.get(name),
    ...changes,
    clock,
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one program to its end. */
export async function runOn(
  machine: Machine,
  args: readonly string[],
  { maxSteps = 20_000, stdin = '' }: { stdin?: string | Uint8Array; maxSteps?: number } = {},
): Promise<Ran & { readonly bytes: Uint8Array }> {
  const input = new Pipe();
  void input.write(Buffer.from(stdin));
  input.end();
  const stdout = new Collector(4_194_304);
  const stderr = new Collector(1_048_576);
  const { signal } = new AbortController();
  const code = await runProgram({
    args,
    env: new Map([
      ['PATH', '/bin'],
      ['HOME', '/root'],
    ]),
    cwd: '/',
    stdin: new ByteReader(input),
    stdout,
    stderr,
    machine,
    budget: createBudget(signal, maxSteps),
    signal,
  }).catch((thrown: unknown) => {
    if (thrown instanceof KilledError) return 137;
    throw thrown;
  });
  return { code, out: stdout.text(), err: stderr.text(), bytes: stdout.bytes() };
}

/** Runs a text of shell. */
export const runScriptOn = (machine: Machine, text: string, stdin = ''): Promise<Ran> =>
  runOn(machine, ['sh', '-c', text], { stdin });
