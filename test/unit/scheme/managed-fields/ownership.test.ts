import { describe, expect, test } from '@jest/globals';
import { compareObjects } from '../../../../src/scheme/managed-fields/compare.ts';
import { diffFields } from '../../../../src/scheme/managed-fields/diff-fields.ts';
import { fieldSetText } from '../../../../src/scheme/managed-fields/field-set-text.ts';
import { mergeConfiguration } from '../../../../src/scheme/managed-fields/merge.ts';
import { ownedFields } from '../../../../src/scheme/managed-fields/owned-fields.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import {
  applyTo,
  type Body,
  DEPLOYMENT_STRUCTURE,
  deployment,
  EMPTY_WORLD,
  structureOfType,
} from '../../../support/managed-fields.ts';

const SERVICE = structureOfType('io.k8s.api.core.v1.Service');
const POD = structureOfType('io.k8s.api.core.v1.Pod');
const CRD = structureOfType(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
);

const pod = (spec: Body): Body => ({ spec });
const containers = (...list: Body[]): Body => pod({ containers: list });

describe('who applies a configuration owns', () => {
  test.each<[string, typeof POD, Body, string]>([
    ['its values', DEPLOYMENT_STRUCTURE, { spec: { replicas: 1 } }, 'spec(replicas)'],
    [
      'entries of maps',
      DEPLOYMENT_STRUCTURE,
      { metadata: { labels: { a: '1' } } },
      'metadata(labels(a))',
    ],
    ['an empty map itself', DEPLOYMENT_STRUCTURE, { metadata: { labels: {} } }, 'metadata(labels)'],
    ['an empty struct itself', DEPLOYMENT_STRUCTURE, { spec: {} }, 'spec'],
    ['null as a value', DEPLOYMENT_STRUCTURE, { spec: { replicas: null } }, 'spec(replicas)'],
    [
      'selectors as one',
      DEPLOYMENT_STRUCTURE,
      { spec: { selector: { matchLabels: { a: '1' } } } },
      'spec(selector)',
    ],
    [
      'elements of keyed lists',
      POD,
      containers({ name: 'a', image: 'i' }),
      "spec(containers([k{'name':'a'}](.,image,name)))",
    ],
    ['nothing of an empty keyed list', POD, containers(), ''],
    [
      'atomic lists as one',
      POD,
      containers({ name: 'a', args: ['x'] }),
      "spec(containers([k{'name':'a'}](.,args,name)))",
    ],
    [
      'values of sets',
      POD,
      { metadata: { finalizers: ['a/b'] } },
      "metadata(finalizers([v'a/b']))",
    ],
    [
      'owner references by uid',
      POD,
      { metadata: { ownerReferences: [{ uid: 'u', name: 'n' }] } },
      "metadata(ownerReferences([k{'uid':'u'}]))",
    ],
    [
      'elements by several keys, with the default of the one left out',
      POD,
      containers({ name: 'a', ports: [{ containerPort: 80 }] }),
      "spec(containers([k{'name':'a'}](.,name,ports([k{'containerPort':80,'protocol':'TCP'}](.,containerPort)))))",
    ],
    [
      'ports of a Service by port and protocol',
      SERVICE,
      { spec: { ports: [{ port: 53, protocol: 'UDP' }] } },
      "spec(ports([k{'port':53,'protocol':'UDP'}](.,port,protocol)))",
    ],
    [
      'quantities as values',
      POD,
      containers({ name: 'a', resources: { limits: { cpu: '1' } } }),
      "spec(containers([k{'name':'a'}](.,name,resources(limits(cpu)))))",
    ],
    [
      'volumes by name, down to their sources',
      POD,
      pod({ volumes: [{ name: 'v', emptyDir: {} }] }),
      "spec(volumes([k{'name':'v'}](.,emptyDir,name)))",
    ],
    [
      'env by name',
      POD,
      containers({ name: 'a', env: [{ name: 'E', value: '1' }] }),
      "spec(containers([k{'name':'a'}](.,env([k{'name':'E'}](.,name,value)),name)))",
    ],
    [
      'mounts by path',
      POD,
      containers({ name: 'a', volumeMounts: [{ mountPath: '/x', name: 'v' }] }),
      "spec(containers([k{'name':'a'}](.,name,volumeMounts([k{'mountPath':'/x'}](.,mountPath,name)))))",
    ],
    ['tolerations as one', POD, pod({ tolerations: [{ key: 'a' }] }), 'spec(tolerations)'],
    [
      'pull secrets by name',
      POD,
      pod({ imagePullSecrets: [{ name: 's' }] }),
      "spec(imagePullSecrets([k{'name':'s'}]))",
    ],
    [
      'fields of unknown types by name',
      DEPLOYMENT_STRUCTURE,
      { unknown: { a: { b: 1 } } },
      'unknown(.,a(b))',
    ],
    [
      'schemas of schemas',
      CRD,
      {
        spec: {
          versions: [
            {
              name: 'v1',
              schema: { openAPIV3Schema: { properties: { spec: { type: 'object' } } } },
            },
          ],
        },
      },
      'spec(versions)',
    ],
  ])('%s', (_title, structure, body, text) => {
    expect(fieldSetText(ownedFields(body, structure))).toBe(text);
  });
});

describe('whoever changes an object changes', () => {
  test.each<[string, Body, Body, string, string]>([
    ['nothing', { spec: { replicas: 1 } }, { spec: { replicas: 1 } }, '', ''],
    ['a value', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, 'spec(replicas)', ''],
    ['a value that was not there', { spec: {} }, { spec: { replicas: 2 } }, 'spec(replicas)', ''],
    ['a value that goes', { spec: { replicas: 1 } }, { spec: {} }, '', 'spec(replicas)'],
    [
      'an entry of a map',
      { metadata: { labels: { a: '1', b: '1' } } },
      { metadata: { labels: { a: '2', b: '1' } } },
      'metadata(labels(a))',
      '',
    ],
    [
      'a map that was not there, itself included',
      { spec: {} },
      { metadata: { labels: { a: '1' } }, spec: {} },
      'metadata(labels(.,a))',
      '',
    ],
    [
      'a map that goes, itself included',
      { metadata: { labels: { a: '1' } } },
      { metadata: {} },
      '',
      'metadata(labels(.,a))',
    ],
    [
      'one of two entries',
      { metadata: { labels: { a: '1', b: '1' } } },
      { metadata: { labels: { a: '1' } } },
      '',
      'metadata(labels(b))',
    ],
    [
      'an atomic value as one',
      { spec: { selector: { matchLabels: { a: '1' } } } },
      { spec: { selector: { matchLabels: { a: '1', b: '1' } } } },
      'spec(selector)',
      '',
    ],
    [
      'an element that comes',
      { spec: { template: { spec: { containers: [] } } } },
      { spec: { template: { spec: { containers: [{ name: 'a', image: 'i' }] } } } },
      "spec(template(spec(containers([k{'name':'a'}](.,image,name)))))",
      '',
    ],
    [
      'an element that goes',
      { spec: { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } } },
      { spec: { template: { spec: { containers: [{ name: 'b' }] } } } },
      '',
      "spec(template(spec(containers([k{'name':'a'}](.,name)))))",
    ],
    [
      'nothing by another order of a keyed list',
      { spec: { template: { spec: { containers: [{ name: 'a' }, { name: 'b' }] } } } },
      { spec: { template: { spec: { containers: [{ name: 'b' }, { name: 'a' }] } } } },
      '',
      '',
    ],
    [
      'elements that share a key as one',
      {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', image: '1' },
                { name: 'a', image: '2' },
              ],
            },
          },
        },
      },
      {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', image: '1' },
                { name: 'a', image: '3' },
              ],
            },
          },
        },
      },
      "spec(template(spec(containers([k{'name':'a'}]))))",
      '',
    ],
    [
      'a value of a set',
      { metadata: { finalizers: ['a'] } },
      { metadata: { finalizers: ['b'] } },
      "metadata(finalizers([v'b']))",
      "metadata(finalizers([v'a']))",
    ],
    [
      'an empty struct that comes',
      { spec: { template: { spec: {} } } },
      { spec: { template: { spec: { securityContext: {} } } } },
      'spec(template(spec(securityContext)))',
      '',
    ],
  ])('%s', (_title, before, after, changed, removed) => {
    const comparison = compareObjects(before, after, DEPLOYMENT_STRUCTURE);
    expect([fieldSetText(comparison.changed), fieldSetText(comparison.removed)]).toEqual([
      changed,
      removed,
    ]);
  });

  test('members that every object inherits are members like others', () => {
    const before = { metadata: { labels: { constructor: '1', hasOwnProperty: '1' } } };
    const after = { metadata: { labels: { hasOwnProperty: '2', toString: '1' } } };
    const { changed, removed } = compareObjects(before, after, DEPLOYMENT_STRUCTURE);
    expect(fieldSetText(changed)).toBe('metadata(labels(hasOwnProperty,toString))');
    expect(fieldSetText(removed)).toBe('metadata(labels(constructor))');
  });
});

describe('a configuration laid over an object', () => {
  const list = (...names: string[]): Body => ({
    spec: { template: { spec: { containers: names.map((name) => ({ name })) } } },
  });
  test.each<[string, string[], string[], string[]]>([
    ['comes after what is there', ['a', 'b'], ['c'], ['a', 'b', 'c']],
    ['has its own order', ['a', 'b'], ['b', 'a'], ['b', 'a']],
    ['leaves others where they stand', ['x', 'a', 'y', 'b'], ['b', 'a'], ['x', 'b', 'a', 'y']],
    ['keeps others between its own', ['a', 'x', 'b'], ['a', 'b'], ['a', 'x', 'b']],
    ['puts what is new where it says', ['a', 'b'], ['a', 'n', 'b'], ['a', 'n', 'b']],
    ['may be empty', ['a'], [], ['a']],
  ])('%s', (_title, live, configured, merged) => {
    expect(mergeConfiguration(list(...live), list(...configured), DEPLOYMENT_STRUCTURE)).toEqual(
      list(...merged),
    );
  });

  test('replaces atomic values whole, and joins the others', () => {
    const live = {
      metadata: { labels: { a: '1' } },
      spec: { selector: { matchLabels: { a: '1' } }, replicas: 1 },
    };
    const configuration = {
      metadata: { labels: { b: '1' } },
      spec: { selector: { matchLabels: { b: '1' } } },
    };
    expect(mergeConfiguration(live, configuration, DEPLOYMENT_STRUCTURE)).toEqual({
      metadata: { labels: { a: '1', b: '1' } },
      spec: { selector: { matchLabels: { b: '1' } }, replicas: 1 },
    });
  });
});

test('elements without a key are told apart by nothing, and stay one element', () => {
  const body = { spec: { template: { spec: { containers: [{ image: 'i' }] } } } };
  const { managers } = applyTo(EMPTY_WORLD, { manager: 'a', body });
  expect(managers.map(({ fields }) => fieldSetText(fields))).toEqual([
    'spec(template(spec(containers([k{}](.,image)))))',
  ]);
});

describe('a diff names the smallest fields that differ', () => {
  test.each<[string, Body | undefined, Body, [string, unknown, unknown][]]>([
    ['none', { spec: { replicas: 1 } }, { spec: { replicas: 1 } }, []],
    ['a value', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, [['.spec.replicas', 1, 2]]],
    ['what comes', { spec: {} }, { spec: { replicas: 2 } }, [['.spec.replicas', undefined, 2]]],
    ['what goes', { spec: { replicas: 1 } }, { spec: {} }, [['.spec.replicas', 1, undefined]]],
    [
      'an element by its key',
      { spec: { template: { spec: { containers: [{ name: 'a', image: '1' }] } } } },
      { spec: { template: { spec: { containers: [{ name: 'a', image: '2' }] } } } },
      [['.spec.template.spec.containers[name="a"].image', '1', '2']],
    ],
    [
      'a value of a set',
      { metadata: { finalizers: ['x'] } },
      { metadata: {} },
      [['.metadata.finalizers[="x"]', 'x', undefined]],
    ],
    [
      'atomic values whole',
      { spec: { selector: { matchLabels: { a: '1' } } } },
      { spec: { selector: { matchLabels: { a: '2' } } } },
      [['.spec.selector', { matchLabels: { a: '1' } }, { matchLabels: { a: '2' } }]],
    ],
    [
      'an empty object that comes',
      { spec: { template: { spec: {} } } },
      { spec: { template: { spec: { securityContext: {} } } } },
      [['.spec.template.spec.securityContext', undefined, {}]],
    ],
    [
      'nothing of empty objects on both sides',
      { spec: { template: { spec: { securityContext: {} } } } },
      { spec: { template: { spec: { securityContext: {} } } } },
      [],
    ],
    [
      'nothing that the system writes',
      { metadata: { uid: 'a', generation: 1 } },
      { metadata: { uid: 'b', generation: 2 } },
      [],
    ],
  ])('%s', (_title, before, after, changes) => {
    const diff = diffFields(before && deployment(before), deployment(after), DEPLOYMENT_STRUCTURE);
    expect(diff.map(({ path, before: was, after: is }) => [path, was, is])).toEqual(changes);
  });

  test('of an object that is not there, every field', () => {
    const paths = diffFields(
      undefined,
      deployment({ spec: { replicas: 1 } }) as ApiObject,
      DEPLOYMENT_STRUCTURE,
    ).map(({ path }) => path);
    expect(paths).toEqual([
      '.apiVersion',
      '.kind',
      '.metadata.name',
      '.metadata.namespace',
      '.spec.replicas',
    ]);
  });
});
