import { expect, test } from '@jest/globals';
import { planRootCa } from '../../../../src/controllers/root-ca-certificate-publisher/plan.ts';
import type { ConfigMap, Namespace } from '../../../../src/scheme/generated/types/core-v1.ts';

const PEM = '-----BEGIN CERTIFICATE-----';
const DESCRIPTION = 'kubernetes.io/description';

const namespace = (parts: Partial<Namespace> = {}): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'team' },
  ...parts,
});

const configMap = (
  data: Record<string, string> | undefined,
  annotations: Record<string, string> = { [DESCRIPTION]: 'ours' },
): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kube-root-ca.crt', namespace: 'team', resourceVersion: '7', annotations },
  ...(data ? { data } : {}),
});

const LEFT_ALONE: readonly [title: string, Namespace | undefined, ConfigMap | undefined][] = [
  ['of a namespace that is gone', undefined, undefined],
  [
    'of a namespace that is being deleted',
    namespace({ metadata: { name: 'team', deletionTimestamp: '2025-01-01T00:00:00Z' } }),
    undefined,
  ],
  [
    'of a namespace that is terminating',
    namespace({ status: { phase: 'Terminating' } }),
    undefined,
  ],
  [
    'that holds the certificate, whatever its description says',
    namespace(),
    configMap({ 'ca.crt': PEM }),
  ],
];

test.each(LEFT_ALONE)('a ConfigMap %s is left alone', (_, owner, existing) => {
  expect(planRootCa(owner, existing, PEM)).toBeUndefined();
});

test('a namespace without the ConfigMap gets it, with a description of what it is for', () => {
  expect(planRootCa(namespace(), undefined, PEM)).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'kube-root-ca.crt',
      namespace: 'team',
      annotations: { [DESCRIPTION]: expect.stringContaining('verify the kube-apiserver') },
    },
    data: { 'ca.crt': PEM },
  });
});

const RESTORED: readonly [title: string, ConfigMap][] = [
  ['another certificate', configMap({ 'ca.crt': 'other' })],
  ['more than the certificate', configMap({ 'ca.crt': PEM, more: 'x' })],
  ['nothing', configMap(undefined)],
  ['no description', configMap({ 'ca.crt': PEM }, { team: 'a' })],
];

test.each(RESTORED)(
  'a ConfigMap with %s is written as the version that was looked at',
  (_, existing) => {
    const planned = planRootCa(namespace(), existing, PEM);
    expect(planned?.data).toEqual({ 'ca.crt': PEM });
    expect(planned?.metadata.resourceVersion).toBe('7');
    expect(planned?.metadata.annotations).toMatchObject({
      ...existing.metadata.annotations,
      [DESCRIPTION]: expect.any(String),
    });
  },
);
