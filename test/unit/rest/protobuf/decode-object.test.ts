import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeProtobuf } from '../../../../src/rest/protobuf/decode-object.ts';
import { isApiError } from '../../../../src/scheme/errors.ts';
import { encodeProtobuf, field, inEnvelope, varint } from '../../../support/protobuf.ts';

const template = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'nginx',
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: '500m', memory: '1Gi' } },
        livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
    restartPolicy: 'Always',
  },
};

describe('an object as a Go client sends it is what JSON would give', () => {
  test.each([
    [
      'apps/v1.Deployment',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', annotations: { note: 'ä €' } },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'web' } },
          template,
          strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
          paused: true,
        },
      },
    ],
    ['core/v1.Secret', { apiVersion: 'v1', kind: 'Secret', metadata: {}, data: { a: 'AAH/' } }],
    [
      'rbac/v1.Role',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }],
      },
    ],
    [
      'coordination/v1.Lease',
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        spec: { holderIdentity: '', leaseDurationSeconds: -1 },
      },
    ],
    [
      'apps/v1.ControllerRevision',
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        data: { any: ['thing', 1] },
        revision: 3,
      },
    ],
    [
      'authorization/v1.SubjectAccessReview',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: 'jane', extra: { scopes: ['a', 'b'] } },
      },
    ],
    [
      'core/v1.Pod',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', deletionTimestamp: '2026-01-02T03:04:05Z' },
        spec: { ...template.spec, terminationGracePeriodSeconds: 0, nodeName: 'node-1' },
      },
    ],
  ])('%s', (name, object) => {
    expect(decodeProtobuf(encodeProtobuf(object, name))).toEqual(object);
  });
});

test('options of a delete are known under every group', () => {
  const body = { apiVersion: 'policy/v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
  expect(decodeProtobuf(encodeProtobuf(body, 'meta/v1.DeleteOptions'))).toEqual(body);
});

test('what a Go client writes of a value that is not set is left out, and what is set to nothing stays', () => {
  // serviceAccountName and hostNetwork are no pointers; terminationGracePeriodSeconds is one.
  const spec = Buffer.concat([
    field(8, Buffer.from('')),
    Buffer.concat([varint(11 * 8), varint(0)]),
    Buffer.concat([varint(4 * 8), varint(0)]),
  ]);
  const pod = inEnvelope({ apiVersion: 'v1', kind: 'Pod' }, field(2, spec));
  expect(decodeProtobuf(pod)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { terminationGracePeriodSeconds: 0 },
  });
});

test('a field that is not known is left out', () => {
  const raw = Buffer.concat([field(900, Buffer.from('new')), field(1, Buffer.alloc(0))]);
  const object = decodeProtobuf(inEnvelope({ apiVersion: 'v1', kind: 'Pod' }, raw));
  expect(object).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: {} });
});

const PROTO = field(1, field(11, field(1, Buffer.from('__proto__'))));

test.each([
  ['JSON', Buffer.from('{"kind":"Pod"}')],
  ['nothing', Buffer.alloc(0)],
  ['a kind that there is not', inEnvelope({ apiVersion: 'v1', kind: 'Sock' }, Buffer.alloc(0))],
  ['a list of options', inEnvelope({ apiVersion: 'v1', kind: 'toString' }, Buffer.alloc(0))],
  [
    'a cut message',
    encodeProtobuf({ apiVersion: 'v1', kind: 'Pod' }, 'core/v1.Pod').subarray(0, 9),
  ],
  [
    'a text where a number belongs',
    inEnvelope({ apiVersion: 'v1', kind: 'Pod' }, field(2, field(4, Buffer.from('x')))),
  ],
  ['a key that no object may have', inEnvelope({ apiVersion: 'v1', kind: 'Pod' }, PROTO)],
])('%s is refused', (_, body) => {
  expect(() => decodeProtobuf(body)).toThrow(expect.objectContaining({ reason: 'BadRequest' }));
});

test('whatever bytes come, the answer is an object or BadRequest', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('Pod', 'Service'),
      (bytes, kind) => {
        try {
          decodeProtobuf(inEnvelope({ apiVersion: 'v1', kind }, Buffer.from(bytes)));
        } catch (thrown) {
          expect(isApiError(thrown, 'BadRequest')).toBe(true);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
