import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { STATUS_CODES } from '../../../src/scheme/errors.ts';

const document = readFileSync(path.join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

test('docs/errors.md explains every reason with its code, and no other', () => {
  const rows = [...document.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)];
  const documented = Object.fromEntries(rows.map(([, reason, code]) => [reason, Number(code)]));
  expect(documented).toEqual(STATUS_CODES);
});
