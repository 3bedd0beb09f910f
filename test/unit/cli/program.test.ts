import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { runOrrery } from '../../support/cli.ts';

const NOWHERE = { ORRERY_SERVER: 'http://127.0.0.1:9' };

const leaves = COMMANDS.flatMap(({ name, subcommands }) =>
  subcommands ? subcommands.map((subcommand) => `${name} ${subcommand.name}`) : [name],
);

describe('help', () => {
  test('lists every command', async () => {
    const { exitCode, stdout, stderr } = await runOrrery(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toContain(name);
      expect(stdout).toContain(summary);
    }
  });

  test('is what the command says when it is called without anything', async () => {
    expect(await runOrrery([])).toEqual(await runOrrery(['--help']));
  });

  test.each(leaves)('of %s has examples and the environment', async (command) => {
    const { exitCode, stdout } = await runOrrery([...command.split(' '), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Examples:\n  orrery ${command}`);
    expect(stdout).toContain('ORRERY_SERVER');
  });

  test('of a command is the same, asked either way', async () => {
    expect(await runOrrery(['help', 'get'])).toEqual(await runOrrery(['get', '--help']));
  });
});

describe('a command line that is wrong', () => {
  test.each([
    [
      'gett',
      "error: unknown command 'gett'\n(Did you mean get?)\nSee 'orrery --help' for usage.\n",
    ],
    ['get --foo', "error: unknown option '--foo'\nSee 'orrery get --help' for usage.\n"],
    [
      'get',
      `error: you must specify the type of resource to get; "orrery api-resources" lists them all\nSee 'orrery get --help' for usage.\n`,
    ],
    [
      'get pods -o xml',
      `error: unable to match a printer suitable for the output format "xml", allowed formats are: table,wide,yaml,json,name\nSee 'orrery get --help' for usage.\n`,
    ],
    [
      'scale deploy web --replicas=-1',
      "error: option '--replicas <n>' argument '-1' is invalid. Give a whole number.\nSee 'orrery scale --help' for usage.\n",
    ],
    [
      'delete pods',
      "error: resource(s) were provided, but no name was specified\nSee 'orrery delete --help' for usage.\n",
    ],
    [
      'apply',
      "error: must specify one of -f and --filename\nSee 'orrery apply --help' for usage.\n",
    ],
    [
      'delete pod a --wait=maybe',
      "error: option '--wait [bool]' argument 'maybe' is invalid. Give true or false.\nSee 'orrery delete --help' for usage.\n",
    ],
    [
      'rollout status pod web',
      `error: "pod" has no rollouts here: name a deployment\nSee 'orrery rollout status --help' for usage.\n`,
    ],
    [
      'rollout status',
      "error: missing required argument 'type'\nSee 'orrery rollout status --help' for usage.\n",
    ],
    [
      'nodes add many',
      "error: how many nodes is one whole number from 1 to 10000\nSee 'orrery nodes add --help' for usage.\n",
    ],
    [
      'nodes add 1 --cpu lots',
      `error: --cpu is "lots": give a quantity such as 16, 500m or 64Gi\nSee 'orrery nodes add --help' for usage.\n`,
    ],
  ])('is refused with exit code 1: %s', async (line, stderr) => {
    expect(await runOrrery(line.split(' '), { env: NOWHERE })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr,
    });
  });
});

describe('without a control plane', () => {
  test.each([
    'get pods',
    'describe pods',
    'get pods -w',
    'watch',
    'apply -f examples',
    'nodes add 2',
    'rollout status deploy/a',
  ])('%s says how to start one', async (line) => {
    const { exitCode, stdout, stderr } = await runOrrery(line.split(' '), { env: NOWHERE });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^error: no control plane answers at http:\/\/127.0.0.1:9.*"orrery up" or "npm start"/,
    );
  });

  test('version still prints that of the client', async () => {
    const { exitCode, stdout } = await runOrrery(['version'], { env: NOWHERE });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Client Version: v\d+\.\d+\.\d+\n$/);
  });

  test('version --client asks nobody', async () => {
    expect(
      (await runOrrery(['version', '--client', '-o', 'json'], { env: NOWHERE })).exitCode,
    ).toBe(0);
  });
});
