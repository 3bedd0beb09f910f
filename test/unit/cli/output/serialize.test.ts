import { expect, test } from '@jest/globals';
import { toDocument, toJsonText, toYaml } from '../../../../src/cli/output/serialize.ts';

const configMap = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: {
    name: 'one',
    managedFields: [{ manager: 'x' }],
    creationTimestamp: '2026-01-31T08:00:00Z',
  },
  data: { port: '80', script: 'a\nb\n', flag: 'yes', list: '- a' },
};

test('YAML has sorted keys, lists at the level of their key, and quotes what would be something else', () => {
  const document = toDocument([{ ...configMap, finalizers: ['a', 'b'] }], { asList: false });
  expect(toYaml(document)).toBe(`apiVersion: v1
data:
  flag: "yes"
  list: "- a"
  port: "80"
  script: |
    a
    b
finalizers:
- a
- b
kind: ConfigMap
metadata:
  creationTimestamp: "2026-01-31T08:00:00Z"
  name: one
`);
});

test('JSON has sorted keys and four spaces', () => {
  expect(toJsonText({ b: [1], a: null })).toBe(
    '{\n    "a": null,\n    "b": [\n        1\n    ]\n}\n',
  );
});

test('managedFields are shown only when they are asked for', () => {
  const shown = toDocument([configMap], { asList: false, showManagedFields: true });
  expect(toYaml(shown)).toContain('managedFields');
  expect(toYaml(toDocument([configMap], { asList: false }))).not.toContain('managedFields');
});

test('several objects are a List', () => {
  expect(toDocument([configMap, configMap], { asList: true })).toMatchObject({
    apiVersion: 'v1',
    kind: 'List',
    metadata: { resourceVersion: '' },
    items: [{ kind: 'ConfigMap' }, { kind: 'ConfigMap' }],
  });
});
