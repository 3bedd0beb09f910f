import { describe, expect, test } from '@jest/globals';
import {
  CRDS,
  DEPLOYMENTS,
  decoded,
  kindOf,
  PODS,
  refusal,
  refused,
  SECRETS,
} from '../../support/decoding.ts';

describe('canonical form', () => {
  function label(input: Record<string, unknown>): unknown {
    return (decoded(kindOf('coordination.k8s.io/v1', 'Lease'), { spec: input }) as { spec: object })
      .spec;
  }

  test.each([
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00Z'],
    ['2026-02-15t08:00:00z', '2026-02-15T08:00:00Z'],
    ['2026-01-31T09:30:00+01:30', '2026-01-31T08:00:00Z'],
    ['2026-01-31T08:00:00.999Z', '2026-01-31T08:00:00Z'],
  ])('the time %s is %s', (given, kept) => {
    expect(decoded(PODS, { metadata: { creationTimestamp: given } }).metadata).toEqual({
      creationTimestamp: kept,
    });
  });

  test.each([
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000000Z'],
    ['2026-01-31T08:00:00.123456Z', '2026-01-31T08:00:00.123456Z'],
    ['2026-01-31T08:00:00.1234567+00:00', '2026-01-31T08:00:00.123456Z'],
    ['2026-01-31T08:00:00.5-01:00', '2026-01-31T09:00:00.500000Z'],
  ])('the precise time %s is %s', (given, kept) => {
    expect(label({ renewTime: given })).toEqual({ renewTime: kept });
  });

  test('a precise time that is none is refused', () => {
    expect(refusal(() => label({ renewTime: 5 }))).toContain(
      'spec.renewTime: expected a time like 2026-01-31T08:00:00.000000Z, got the number 5',
    );
  });

  test('quantities are written as Kubernetes writes them, and may be numbers', () => {
    const limits = { cpu: '0.5', memory: '1024Mi', pods: 3, storage: ' 1500m ' };
    const copy = decoded(PODS, { spec: { containers: [{ resources: { limits } }] } });
    expect(copy.spec).toEqual({
      containers: [
        { resources: { limits: { cpu: '500m', memory: '1Gi', pods: '3', storage: '1500m' } } },
      ],
    });
  });

  test('line breaks in base64 are dropped', () => {
    expect(decoded(SECRETS, { data: { a: 'YWJj\r\nZGVm\n', b: '' } }).data).toEqual({
      a: 'YWJjZGVm',
      b: '',
    });
  });

  test('numbers or texts stay what they are', () => {
    const rollingUpdate = { maxSurge: '25%', maxUnavailable: 0 };
    expect(decoded(DEPLOYMENTS, { spec: { strategy: { rollingUpdate } } }).spec).toEqual({
      strategy: { rollingUpdate },
    });
  });
});

describe('free content', () => {
  const schemaOf = (content: unknown) => ({
    spec: { versions: [{ schema: { openAPIV3Schema: { default: content, maximum: 1.5 } } }] },
  });
  const contentOf = (copy: Record<string, unknown>): unknown =>
    (copy.spec as ReturnType<typeof schemaOf>['spec']).versions[0]?.schema.openAPIV3Schema.default;

  test('any JSON is kept as it is, with nulls and empty lists, in a copy', () => {
    const content = { a: [null, 1, 'x', { b: [] }], c: null, d: undefined };
    const copy = contentOf(decoded(CRDS, schemaOf(content)));
    expect(copy).toEqual({ a: [null, 1, 'x', { b: [] }], c: null });
    expect(copy).not.toBe(content);
  });

  test('what is no JSON is refused', () => {
    const path = 'spec.versions[0].schema.openAPIV3Schema.default';
    expect(refused(CRDS, schemaOf({ a: [() => 1] }))).toBe(
      `${path}.a[0]: expected a JSON value, got function`,
    );
    expect(refused(CRDS, schemaOf(new Map()))).toBe(
      `${path}: expected a JSON value, got an object`,
    );
    expect(
      refused(CRDS, { spec: { versions: [{ schema: { openAPIV3Schema: { maximum: 'x' } } }] } }),
    ).toBe(
      'spec.versions[0].schema.openAPIV3Schema.maximum: expected a number, got the string "x"',
    );
  });

  test('raw extensions take any object and nothing else', () => {
    const revisions = kindOf('apps/v1', 'ControllerRevision');
    const data = { spec: { anything: [1, { goes: null }] } };
    expect(decoded(revisions, { data, revision: 1 }).data).toEqual(data);
    expect(refused(revisions, { data: 'text' })).toBe(
      'data: expected an object, got the string "text"',
    );
  });

  test('fields whose name begins with a dollar sign are fields', () => {
    const schema = { openAPIV3Schema: { $ref: '#/x', 'x-kubernetes-int-or-string': true } };
    expect(decoded(CRDS, { spec: { versions: [{ schema }] } }).spec).toEqual({
      versions: [{ schema }],
    });
  });

  test('a key that would change the prototype of the copy is refused everywhere', () => {
    const evil = JSON.parse('{"__proto__": {"polluted": "yes"}}');
    expect(refused(PODS, { metadata: { labels: evil } })).toBe(
      'metadata.labels: the key "__proto__" is not allowed',
    );
    expect(refused(CRDS, schemaOf(evil))).toContain('the key "__proto__" is not allowed');
    const revisions = kindOf('apps/v1', 'ControllerRevision');
    expect(refused(revisions, { data: evil })).toBe('data: the key "__proto__" is not allowed');
  });

  test('what is nested without end is refused before it exhausts the stack', () => {
    let list: unknown = 'deep';
    let object: unknown = 'deep';
    let props: object = {};
    for (let i = 0; i < 100_000; i++) {
      list = [list];
      object = { a: object };
      props = { not: props };
    }
    expect(refused(CRDS, schemaOf(list))).toContain('nested too deeply');
    expect(refused(CRDS, schemaOf(object))).toContain('nested too deeply');
    const versions = [{ schema: { openAPIV3Schema: props } }];
    expect(refused(CRDS, { spec: { versions } })).toContain('nested too deeply');
  });
});
