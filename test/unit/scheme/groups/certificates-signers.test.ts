import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCertificateSubject } from '../../../../src/scheme/groups/certificates/certificate-subject.ts';
import { defaultSignerOf } from '../../../../src/scheme/groups/certificates/signers.ts';
import { applySigningRequestDefaults } from '../../../../src/scheme/groups/legacy/policies.ts';
import { createCertificateRequest, type Subject } from '../../../support/certificates.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const NODE = { commonName: 'system:node:n1', organizations: ['system:nodes'] };
const CLIENT = ['digital signature', 'client auth'] as const;
const SERVING = ['digital signature', 'server auth', 'key encipherment'] as const;
const DNS = { type: 'dns', value: 'n1' } as const;
const IP = { type: 'ip', value: '10.0.0.7' } as const;

const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';
const KUBELET_SERVING = 'kubernetes.io/kubelet-serving';
const LEGACY = 'kubernetes.io/legacy-unknown';

type Usages = Parameters<typeof defaultSignerOf>[0]['usages'] & {};

test.each<[string, Subject, readonly Usages[number][], string]>([
  ['a kubelet that is a client', NODE, CLIENT, KUBELET_CLIENT],
  ['the same with an older key', NODE, [...CLIENT, 'key encipherment'], KUBELET_CLIENT],
  ['a kubelet that serves', { ...NODE, names: [DNS, IP] }, SERVING, KUBELET_SERVING],
  ['a kubelet that serves by address', { ...NODE, names: [IP] }, SERVING, KUBELET_SERVING],
  ['a kubelet that serves under no name', NODE, SERVING, LEGACY],
  ['a kubelet client with a name', { ...NODE, names: [DNS] }, CLIENT, LEGACY],
  [
    'a kubelet that serves under an e-mail address',
    { ...NODE, names: [DNS, { type: 'email', value: 'a@example.com' }] },
    SERVING,
    LEGACY,
  ],
  ['a kubelet with another wish', NODE, ['digital signature'], LEGACY],
  ['a user', { commonName: 'jane', organizations: ['system:nodes'] }, CLIENT, LEGACY],
  ['a node of another group', { ...NODE, organizations: ['nodes'] }, CLIENT, LEGACY],
  ['a node of two groups', { ...NODE, organizations: ['system:nodes', 'x'] }, CLIENT, LEGACY],
])('a request of v1beta1 by %s goes to the signer of such', async (_, subject, usages, signer) => {
  const { request } = await createCertificateRequest(subject);
  expect(defaultSignerOf({ request: base64(request), usages: [...usages] })).toBe(signer);
});

test('what cannot be read is for the signer without rules, and told of by validation', () => {
  for (const request of [
    '',
    'x',
    base64('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'),
  ]) {
    expect(defaultSignerOf({ request, usages: [...CLIENT] })).toBe(LEGACY);
  }
});

test('who is named stays, and usages are filled in before the signer is found', async () => {
  const { request } = await createCertificateRequest(NODE);
  const made = (spec: object) => {
    const object = {
      apiVersion: 'certificates.k8s.io/v1beta1' as const,
      kind: 'CertificateSigningRequest' as const,
      metadata: { name: 'n1' },
      spec: { request: base64(request), ...spec },
    };
    applySigningRequestDefaults(object);
    return object.spec;
  };
  expect(made({ usages: [...CLIENT] })).toMatchObject({ signerName: KUBELET_CLIENT });
  expect(made({ signerName: 'example.com/mine', usages: [...CLIENT] })).toMatchObject({
    signerName: 'example.com/mine',
  });
  expect(made({})).toMatchObject({
    signerName: LEGACY,
    usages: ['digital signature', 'key encipherment'],
  });
});

test('the subject and the names of a request are read', async () => {
  const { request } = await createCertificateRequest({
    commonName: 'jäne',
    organizations: ['a', 'b'],
    names: [DNS, IP, { type: 'url', value: 'spiffe://x/y' }],
  });
  const subject = readCertificateSubject(request);
  expect(subject).toMatchObject({ commonName: 'jäne', organizations: ['a', 'b'] });
  expect(subject.alternativeNames.map(({ type }) => type)).toEqual(['dns', 'ip', 'url']);
});

test('bytes that are no request are refused, and never read past their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const body = Buffer.from(bytes).toString('base64');
      const text = `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`;
      expect(() => readCertificateSubject(text)).toThrow(RangeError);
    }),
  );
});
