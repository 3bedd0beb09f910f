import fs from 'node:fs';
import { expect, test } from '@jest/globals';

const { scripts } = JSON.parse(fs.readFileSync('package.json', 'utf8'));

/** The help is a plain program without types, as everything that runs before the packages are there. */
async function readHelp(): Promise<Record<string, string>> {
  const module = await import(`../../../scripts/${'help'}.mjs`);
  return module.COMMANDS;
}

test('the help names every command of package.json, and no other', async () => {
  expect(Object.keys(await readHelp()).sort()).toEqual(Object.keys(scripts).sort());
});

test('every command runs a file that exists', () => {
  for (const command of Object.values<string>(scripts)) {
    const [, ...words] = command.split(' ');
    const file = words.find((word) => !word.startsWith('--')) ?? '';
    expect([command, fs.existsSync(file)]).toEqual([command, true]);
  }
});
