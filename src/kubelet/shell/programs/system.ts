/** Programs that tell about the container and its processes. */
import { sleep as sleepFor } from '../../../lib/clock.ts';
import { KilledError } from '../budget.ts';
import type { Process, Program } from '../process.ts';
import { findProgram, runProgram } from '../run-program.ts';
import { parseOptions } from './options.ts';
import { fail, print } from './program-io.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  '': 1_000,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const printing =
  (text: (process: Process) => string): Program =>
  async (process) => {
    await print(process, `${text(process)}\n`);
    return 0;
  };

export const hostname = printing(({ machine }) => machine.hostname);
export const nproc = printing(() => '1');
export const arch = printing(({ machine }) => machine.kernel.architecture);

export const whoami: Program = async (process) => {
  const { name, uid } = process.machine.user;
  if (name === '') return fail(process, `unknown uid ${uid}`);
  await print(process, `${name}\n`);
  return 0;
};

const withName = (number: number, name: string): string =>
  name ? `${number}(${name})` : `${number}`;

export const id: Program = async (process) => {
  const { gid, group, name, uid } = process.machine.user;
  const options = parseOptions(process.args, { flags: 'unrgG' });
  const text = (): string => {
    if (options.has('u')) return options.has('n') ? name : String(uid);
    if (options.has('g') || options.has('G')) return options.has('n') ? group : String(gid);
    const whole = withName(gid, group);
    return `uid=${withName(uid, name)} gid=${whole} groups=${whole}`;
  };
  await print(process, `${text()}\n`);
  return 0;
};

export const uname: Program = async (process) => {
  const { hostname: node, kernel } = process.machine;
  const options = parseOptions(process.args, { flags: 'asnrvmpo', long: { all: 'a' } });
  const parts: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', node],
    ['r', kernel.release],
    ['v', '#1 SMP PREEMPT_DYNAMIC'],
    ['m', kernel.architecture],
    ['o', 'Linux'],
  ];
  const asked = parts.filter(([flag]) => options.has('a') || options.has(flag));
  await print(
    process,
    `${(asked.length > 0 ? asked : parts.slice(0, 1)).map(([, text]) => text).join(' ')}\n`,
  );
  return 0;
};

export const ps: Program = async (process) => {
  const lines = process.machine
    .processes()
    .map(
      ({ command, pid, user }) => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`,
    );
  await print(process, `  PID USER      TIME  COMMAND\n${lines.join('')}`);
  return 0;
};

export const env: Program = async (process) => {
  const variables = new Map(process.env);
  const args = process.args.slice(1);
  if (args[0] === '-i') {
    variables.clear();
    args.shift();
  }
  for (let arg = args[0]; arg?.includes('='); arg = args[0]) {
    variables.set(arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
    args.shift();
  }
  if (args.length > 0) return runProgram({ ...process, args, env: variables });
  await print(process, [...variables].map(([name, value]) => `${name}=${value}\n`).join(''));
  return 0;
};

export const printenv: Program = async (process) => {
  const [, ...names] = process.args;
  if (names.length === 0) return env(process);
  const values = names.map((name) => process.env.get(name));
  await print(
    process,
    values
      .filter((value) => value !== undefined)
      .map((value) => `${value}\n`)
      .join(''),
  );
  return values.includes(undefined) ? 1 : 0;
};

export const sleep: Program = async (process) => {
  const durations = process.args.slice(1).map((arg) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?|infinity)([smhd]?)$/.exec(arg) ?? [];
    if (number === 'infinity') return Number.MAX_SAFE_INTEGER;
    return number === undefined ? Number.NaN : Number(number) * (UNIT_MS[unit] ?? 0);
  });
  const bad = durations.findIndex(Number.isNaN);
  if (durations.length === 0) return fail(process, 'missing operand');
  if (bad >= 0) return fail(process, `invalid number '${process.args[bad + 1]}'`);
  await sleepFor(
    process.machine.clock,
    durations.reduce((sum, ms) => sum + ms, 0),
    process.signal,
  );
  if (process.signal.aborted) throw new KilledError();
  return 0;
};

export const date: Program = async (process) => {
  const options = parseOptions(process.args, { flags: 'uR', values: 'dI' });
  const now = new Date(process.machine.clock.now());
  const [format = '+%a %b %e %H:%M:%S UTC %Y'] = options.operands;
  if (!format.startsWith('+')) return fail(process, `invalid date '${format}'`);
  await print(process, `${formatDate(now, format.slice(1))}\n`);
  return 0;
};

function formatDate(date: Date, format: string): string {
  const [weekday = '', day = '', month = ''] = date.toUTCString().split(/,? /);
  const iso = date.toISOString();
  const fields: Readonly<Record<string, string>> = {
    a: weekday,
    b: month,
    d: day,
    e: String(date.getUTCDate()).padStart(2),
    m: iso.slice(5, 7),
    Y: iso.slice(0, 4),
    y: iso.slice(2, 4),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    N: `${iso.slice(20, 23)}000000`,
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    s: String(Math.floor(date.getTime() / 1_000)),
    Z: 'UTC',
    z: '+0000',
    n: '\n',
    '%': '%',
  };
  return format.replace(/%(.)/g, (whole, field: string) => fields[field] ?? whole);
}

export const which: Program = async (process) => {
  let exitCode = 0;
  for (const name of process.args.slice(1)) {
    if (findProgram(process, name))
      await print(process, name.includes('/') ? `${name}\n` : `/bin/${name}\n`);
    else exitCode = 1;
  }
  return exitCode;
};

export const xargs: Program = async (process) => {
  const options = parseOptions(process.args.slice(0, 1), {});
  const command = process.args.slice(1);
  const words: string[] = [...options.operands];
  for await (const line of process.stdin.lines()) words.push(...line.split(/\s+/).filter(Boolean));
  return runProgram({ ...process, args: [...(command.length > 0 ? command : ['echo']), ...words] });
};
