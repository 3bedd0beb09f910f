import { describe, expect, test } from '@jest/globals';
import { endMsOf } from '../../../src/controllers/certificate-cleaner/plan.ts';
import { durationMsOf, isToBeSigned } from '../../../src/controllers/certificate-signer/plan.ts';
import {
  extendedUsagesOf,
  keyUsageFlagsOf,
} from '../../../src/controllers/certificate-signer/usages.ts';
import { readCertificateRequest } from '../../../src/controllers/shared/read-certificate-request.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestSpec,
} from '../../../src/scheme/generated/types/certificates-v1.ts';
import { signerProblem } from '../../../src/scheme/groups/certificates/signers.ts';
import { createCertificateRequest, testAuthority } from '../../support/certificates.ts';

type Usages = NonNullable<CertificateSigningRequestSpec['usages']>;

const NODE = {
  commonName: 'system:node:node-1',
  organizations: ['system:nodes'],
  alternativeNames: [] as { type: string; value: string }[],
};
const DNS = [{ type: 'dns', value: 'node-1' }];
const IP = [{ type: 'ip', value: '10.0.0.1' }];

const signers = {
  client: 'kubernetes.io/kube-apiserver-client',
  kubelet: 'kubernetes.io/kube-apiserver-client-kubelet',
  serving: 'kubernetes.io/kubelet-serving',
  legacy: 'kubernetes.io/legacy-unknown',
  other: 'example.com/mine',
} as const;

const problem = (
  signer: keyof typeof signers,
  usages: string[],
  wanted: Partial<typeof NODE> = {},
) =>
  signerProblem({ signerName: signers[signer], usages: usages as Usages }, { ...NODE, ...wanted });

const clientUsages = ['digital signature', 'client auth'];
const servingUsages = ['digital signature', 'server auth'];

describe('what a signer signs', () => {
  test.each<[keyof typeof signers, string[], Partial<typeof NODE>]>([
    ['client', ['client auth'], { commonName: 'jane', organizations: [] }],
    ['client', clientUsages, { commonName: 'jane', organizations: ['a', 'b'] }],
    ['client', [...clientUsages, 'key encipherment'], {}],
    ['client', clientUsages, { alternativeNames: DNS }],
    ['kubelet', clientUsages, {}],
    ['kubelet', [...clientUsages, 'key encipherment'], {}],
    ['kubelet', ['client auth', 'key encipherment', 'digital signature'], {}],
    ['serving', servingUsages, { alternativeNames: DNS }],
    ['serving', servingUsages, { alternativeNames: IP }],
    ['serving', [...servingUsages, 'key encipherment'], { alternativeNames: [...DNS, ...IP] }],
    ['legacy', ['code signing'], { commonName: 'anything', organizations: ['x'] }],
    ['other', [], {}],
  ])('%s: %j of %j', (signer, usages, wanted) => {
    expect(problem(signer, usages, wanted)).toBeUndefined();
  });

  test.each<[keyof typeof signers, string[], Partial<typeof NODE>, string]>([
    ['client', [], {}, 'missing required usage for client certificate: client auth'],
    ['client', ['digital signature'], {}, 'missing required usage'],
    [
      'client',
      ['client auth', 'server auth'],
      {},
      'invalid usage for client certificate: server auth',
    ],
    ['client', ['client auth', 'cert sign'], {}, 'invalid usage for client certificate: cert sign'],
    ['kubelet', clientUsages, { organizations: [] }, 'subject organization is not system:nodes'],
    ['kubelet', clientUsages, { organizations: ['system:masters'] }, 'subject organization'],
    [
      'kubelet',
      clientUsages,
      { organizations: ['system:nodes', 'system:masters'] },
      'subject organization',
    ],
    ['kubelet', clientUsages, { alternativeNames: DNS }, 'dns subjectAltNames are not allowed'],
    ['kubelet', clientUsages, { alternativeNames: IP }, 'ip subjectAltNames are not allowed'],
    [
      'kubelet',
      clientUsages,
      { commonName: 'node-1' },
      'common name does not begin with system:node:',
    ],
    ['kubelet', ['client auth'], {}, 'usages did not match'],
    ['kubelet', [...clientUsages, 'server auth'], {}, 'usages did not match'],
    ['kubelet', servingUsages, {}, 'usages did not match'],
    ['serving', servingUsages, {}, 'DNS or IP subjectAltName is required'],
    ['serving', clientUsages, { alternativeNames: DNS }, 'usages did not match'],
    [
      'serving',
      servingUsages,
      { alternativeNames: [{ type: 'email', value: 'a@b' }] },
      'email subjectAltNames',
    ],
    [
      'serving',
      servingUsages,
      { alternativeNames: [...DNS, { type: 'url', value: 'x:y' }] },
      'url subjectAltNames',
    ],
    [
      'serving',
      servingUsages,
      { alternativeNames: DNS, organizations: ['x'] },
      'subject organization',
    ],
    ['serving', servingUsages, { alternativeNames: DNS, commonName: 'x' }, 'common name'],
  ])('%s: not %j of %j', (signer, usages, wanted, why) => {
    expect(problem(signer, usages, wanted)).toContain(why);
  });
});

test('a request is read with all its names', async () => {
  const { request } = await createCertificateRequest({
    commonName: 'system:node:a',
    organizations: ['one', 'two, three'],
    names: [
      { type: 'dns', value: 'a.b' },
      { type: 'ip', value: '10.0.0.1' },
    ],
  });
  const read = await readCertificateRequest({ request: Buffer.from(request).toString('base64') });
  expect(read).toMatchObject({
    commonName: 'system:node:a',
    organizations: ['one', 'two, three'],
    alternativeNames: [
      { type: 'dns', value: 'a.b' },
      { type: 'ip', value: '10.0.0.1' },
    ],
  });
});

test('a request whose owner does not have the key is refused', async () => {
  const { request } = await createCertificateRequest({ commonName: 'jane' });
  const der = Buffer.from(request.replace(/-----[^-]+-----/g, ''), 'base64');
  // The subject is within the signed part: another name of the same length breaks the signature alone.
  const at = der.indexOf('jane');
  der.write('mary', at);
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  const forged = readCertificateRequest({ request: Buffer.from(pem).toString('base64') });
  await expect(forged).rejects.toThrow('the signature of the request is wrong');
});

const condition = (type: string, status = 'True', at?: string) => ({
  type,
  status,
  ...(at ? { lastUpdateTime: at } : {}),
});

function requestWith(
  conditions: ReturnType<typeof condition>[],
  {
    certificate,
    spec = {},
  }: { certificate?: string; spec?: Partial<CertificateSigningRequestSpec> } = {},
): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { request: '', signerName: signers.client, usages: ['client auth'], ...spec },
    status: { conditions, ...(certificate ? { certificate } : {}) },
  };
}

describe('a request is signed', () => {
  test.each<[string, CertificateSigningRequest, boolean]>([
    ['approved', requestWith([condition('Approved')]), true],
    ['pending', requestWith([]), false],
    ['denied', requestWith([condition('Denied')]), false],
    ['approved and denied', requestWith([condition('Approved'), condition('Denied')]), false],
    ['failed', requestWith([condition('Approved'), condition('Failed')]), false],
    ['signed already', requestWith([condition('Approved')], { certificate: 'x' }), false],
    [
      'to another signer',
      requestWith([condition('Approved')], { spec: { signerName: 'example.com/a' } }),
      false,
    ],
  ])('when it is %s: %#', (_, request, expected) => {
    expect(isToBeSigned(request)).toBe(expected);
  });

  const YEAR = 365 * 24 * 3_600_000;
  test.each([
    [undefined, YEAR],
    [600, 600_000],
    [1, 600_000],
    [7_200, 7_200_000],
    [10 ** 9, YEAR],
  ])('for %j seconds as %j milliseconds', (expirationSeconds, durationMs) => {
    const spec = expirationSeconds === undefined ? {} : { expirationSeconds };
    expect(durationMsOf(requestWith([], { spec }))).toBe(durationMs);
  });
});

describe('a request ends', () => {
  const created = Date.parse('2026-01-01T00:00:00Z');
  const HOUR = 3_600_000;
  const at = '2026-01-01T02:00:00Z';
  test.each<[string, CertificateSigningRequest, number]>([
    ['a day after it was made', requestWith([]), 24 * HOUR],
    [
      'never, approved and waiting for its signer',
      requestWith([condition('Approved', 'True', at)]),
      Infinity,
    ],
    [
      'an hour after it was signed',
      requestWith([condition('Approved', 'True', at)], { certificate: 'x' }),
      3 * HOUR,
    ],
    ['an hour after it was denied', requestWith([condition('Denied', 'True', at)]), 3 * HOUR],
    [
      'an hour after it failed',
      requestWith([condition('Approved', 'True', at), condition('Failed', 'True', at)]),
      3 * HOUR,
    ],
    [
      'an hour after it was made, when nobody wrote down the time',
      requestWith([condition('Denied')]),
      HOUR,
    ],
  ])('%s', (_, request, afterMs) => {
    expect(endMsOf(request) - created).toBe(afterMs);
  });

  test('with its certificate, when that ends first', async () => {
    const authority = await testAuthority(created);
    const validity = { nowMs: created, durationMs: HOUR };
    const { certificate: pem } = await authority.issueServing([], validity);
    const certificate = Buffer.from(pem).toString('base64');
    const request = requestWith([condition('Approved', 'True', at)], { certificate });
    expect(endMsOf(request) - created).toBe(HOUR);
  });
});

test('usages become those of X.509', () => {
  expect(keyUsageFlagsOf(['digital signature', 'key encipherment'])).toBe(5);
  expect(keyUsageFlagsOf(['signing', 'client auth'])).toBe(1);
  expect(extendedUsagesOf(['client auth', 'server auth', 's/mime', 'email protection'])).toEqual([
    '1.3.6.1.5.5.7.3.2',
    '1.3.6.1.5.5.7.3.1',
    '1.3.6.1.5.5.7.3.4',
  ]);
});
