import { expect, test } from '@jest/globals';
import {
  LAST_APPLIED_ANNOTATION,
  lastApplied,
  withLastApplied,
} from '../../../../src/scheme/patch/last-applied.ts';

const NGINX = {
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: { name: 'nginx-deployment', namespace: 'default' },
  spec: { replicas: 2, note: 'a<b & c' },
};

test('the annotation is the manifest as kubectl writes it: sorted, compact, with a line feed', () => {
  const { annotations } = withLastApplied(NGINX).metadata as {
    annotations?: Record<string, string>;
  };
  expect(annotations?.[LAST_APPLIED_ANNOTATION]).toBe(
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"nginx-deployment","namespace":"default"},"spec":{"note":"a\\u003cb \\u0026 c","replicas":2}}\n',
  );
});

test('the annotation does not hold itself', () => {
  expect(withLastApplied(withLastApplied(NGINX))).toEqual(withLastApplied(NGINX));
});

test('the manifest is read back, without which there is none', () => {
  expect(lastApplied(withLastApplied(NGINX))).toEqual({
    ...NGINX,
    metadata: { ...NGINX.metadata, annotations: {} },
  });
  expect(lastApplied({ metadata: {} })).toBeUndefined();
});

test.each(['{', '[]', '"text"'])('an annotation of %s is refused with the remedy', (text) => {
  const object = { metadata: { annotations: { [LAST_APPLIED_ANNOTATION]: text } } };
  expect(() => lastApplied(object)).toThrow('remove it and apply again');
});
