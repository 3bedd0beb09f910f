import fs from 'node:fs';
import { expect, test } from '@jest/globals';

/** A young generation that holds a moment's garbage, and no full collections on a server for being quiet. */
const OPTIONS = ['--max-semi-space-size=32', '--no-memory-reducer'];

test.each(['package.json', 'Dockerfile', 'src/cli/commands/up.ts', 'bench/workbench.ts'])(
  '%s starts the server with the options of Node.js that the others start it with',
  (file) => {
    const text = fs.readFileSync(file, 'utf8');
    expect(OPTIONS.filter((option) => !text.includes(option))).toEqual([]);
  },
);
