import fs from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';

/**
 * Expects `text` to be what the golden file holds; `UPDATE_GOLDEN=1` writes it instead, for the difference to be read in
 * review.
 */
export function expectGolden(file: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `${text}\n`);
  }
  expect(`${text}\n`).toBe(fs.readFileSync(file, 'utf8'));
}
