import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  ADMISSION_PLUGIN_NAMES,
  createAdmissionPlugins,
} from '../../../src/apiserver/admission/plugin-table.ts';

const rows = fs
  .readFileSync('docs/admission.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, on] = /^\| ([A-Z]\w+) \| (yes)? ?\|/.exec(line) ?? [];
    return name ? [{ name, isOn: on === 'yes' }] : [];
  });

test('the page on admission names every plugin, in the order of the chain', () => {
  expect(rows.map(({ name }) => name)).toEqual(ADMISSION_PLUGIN_NAMES);
});

test('the page on admission says which plugins are on', () => {
  const on = createAdmissionPlugins().map(({ name }) => name);
  expect(rows.filter(({ isOn }) => isOn).map(({ name }) => name)).toEqual(on);
});
