import { describe, expect, test } from '@jest/globals';
import { afterUpdate } from '../../../../src/scheme/managed-fields/after-update.ts';
import {
  fieldSetText,
  parseFieldSet,
} from '../../../../src/scheme/managed-fields/field-set-text.ts';
import {
  capUpdaters,
  type Manager,
  readManagers,
  sameManagers,
  writeManagers,
} from '../../../../src/scheme/managed-fields/managers.ts';
import { type Body, deployment, ONE_VERSION } from '../../../support/managed-fields.ts';

const manager = (name: string, fields: string, more: Partial<Manager> = {}): Manager => ({
  manager: name,
  operation: 'Update',
  apiVersion: 'apps/v1',
  subresource: '',
  time: '2026-01-01T00:00:00Z',
  fields: parseFieldSet(fields),
  ...more,
});

const told = (managers: readonly Manager[]): string[] =>
  managers.map((each) => `${each.manager}@${each.apiVersion}: ${fieldSetText(each.fields)}`).sort();

describe('after an update', () => {
  const update = (before: Body, after: Body, managers: readonly Manager[]) =>
    afterUpdate({
      before: deployment(before),
      after: deployment(after),
      managers,
      writer: { manager: 'w', operation: 'Update', apiVersion: 'apps/v1', subresource: '' },
      time: '2026-01-02T00:00:00Z',
      versions: ONE_VERSION,
    });

  test('what changed is taken from everybody else, and who has nothing left is gone', () => {
    const managers = [manager('a', 'spec(paused,replicas)'), manager('b', 'spec(replicas)')];
    const after = update({ spec: { replicas: 1 } }, { spec: { replicas: 2 } }, managers);
    expect(told(after)).toEqual(['a@apps/v1: spec(paused)', 'w@apps/v1: spec(replicas)']);
  });

  test('what is gone is of nobody', () => {
    const managers = [manager('a', 'spec(paused,replicas)'), manager('w', 'spec(replicas)')];
    const after = update(
      { spec: { paused: true, replicas: 1 } },
      { spec: { paused: true } },
      managers,
    );
    expect(told(after)).toEqual(['a@apps/v1: spec(paused)']);
  });

  test('without a change the managers are the same', () => {
    const managers = [manager('a', 'spec(replicas)')];
    expect(update({ spec: { replicas: 1 } }, { spec: { replicas: 1 } }, managers)).toBe(managers);
  });

  test('managers of a version that is gone are gone', () => {
    const managers = [manager('a', 'spec(paused)', { apiVersion: 'apps/v0' })];
    const after = update({ spec: { replicas: 1 } }, { spec: { replicas: 2 } }, managers);
    expect(told(after)).toEqual(['w@apps/v1: spec(replicas)']);
  });

  test('what the system sets is of nobody', () => {
    const after = update({}, { metadata: { uid: 'u', generation: 3, resourceVersion: '7' } }, []);
    expect(after).toEqual([]);
  });
});

describe('of more than ten updaters', () => {
  const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;
  const updaters = (count: number, apiVersion = 'apps/v1') =>
    Array.from({ length: count }, (_, i) =>
      manager(`m${i}`, `spec(f${i})`, { apiVersion, time: at(i + 1) }),
    );

  test.each([1, 9, 10])('%d are not too many', (count) => {
    const managers = updaters(count);
    expect(capUpdaters(managers)).toBe(managers);
  });

  test.each([11, 12, 15, 30])('%d, the oldest are one', (count) => {
    const capped = capUpdaters(updaters(count));
    expect(capped).toHaveLength(10);
    const ancient = capped.find(({ manager: name }) => name === 'ancient-changes');
    expect(ancient?.fields.paths()).toHaveLength(count - 9);
  });

  test('appliers are not counted', () => {
    const appliers = updaters(20).map((each) => ({ ...each, operation: 'Apply' as const }));
    expect(capUpdaters(appliers)).toBe(appliers);
  });

  test('each version has its own', () => {
    const old = updaters(4, 'apps/v1beta1');
    const later = updaters(10).map((each) => ({
      ...each,
      time: at(20),
      manager: `n${each.manager}`,
    }));
    const capped = capUpdaters([...old, ...later]);
    expect(capped).toHaveLength(10);
    expect(told(capped)).toContain('ancient-changes@apps/v1beta1: spec(f0,f1,f2,f3)');
  });
});

describe('entries', () => {
  test('come back as they were written', () => {
    const managers = [
      manager('b', 'spec(replicas)'),
      manager('a', 'status(replicas)', { subresource: 'status' }),
      manager('c', 'spec(paused)', { operation: 'Apply', time: undefined }),
    ];
    const entries = writeManagers(managers);
    expect(entries?.map(({ manager: name }) => name)).toEqual(['c', 'a', 'b']);
    expect(told(readManagers(entries))).toEqual(told(managers));
  });

  test('say the same whenever it was said', () => {
    const entries = writeManagers([manager('a', 'spec(replicas)')]);
    const later = writeManagers([manager('a', 'spec(replicas)', { time: '2027-01-01T00:00:00Z' })]);
    const other = writeManagers([manager('a', 'spec(paused)')]);
    expect([sameManagers(entries, later), sameManagers(entries, other)]).toEqual([true, false]);
    expect([sameManagers(undefined, []), sameManagers(entries, undefined)]).toEqual([true, false]);
  });

  test('nobody is no entry', () => {
    expect(writeManagers([])).toBeUndefined();
    expect(readManagers(undefined)).toEqual([]);
  });
});
