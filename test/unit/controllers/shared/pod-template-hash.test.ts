import { expect, test } from '@jest/globals';
import { podTemplateHash } from '../../../../src/controllers/shared/pod-template-hash.ts';
import { podTemplate } from '../../../support/workloads.ts';

const template = podTemplate();

test('the hash of a template does not depend on the order of its keys, nor on absent members', () => {
  const { metadata, spec } = template;
  const reordered = { spec: { ...spec, nodeName: undefined }, metadata };
  expect(podTemplateHash(reordered as typeof template, undefined)).toBe(
    podTemplateHash(template, undefined),
  );
});

test('the hash is safe in names and labels, and stays what it was in earlier versions', () => {
  expect(podTemplateHash(template, undefined)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  expect(podTemplateHash(template, undefined)).toBe('5d86579f6');
});

test('other templates and other collision counts have other hashes', () => {
  const other = podTemplate({ containers: [{ name: 'web', image: 'nginx:2' }] });
  const hashes = [
    podTemplateHash(template, undefined),
    podTemplateHash(template, 1),
    podTemplateHash(template, 2),
    podTemplateHash(other, undefined),
  ];
  expect(new Set(hashes).size).toBe(4);
});
