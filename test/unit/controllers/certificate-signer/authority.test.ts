import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509';
import {
  type AuthorityFiles,
  CertificateAuthority,
  selfSign,
} from '../../../../src/controllers/certificate-signer/authority.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import { createCertificateRequest, type Subject } from '../../../support/certificates.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;
const CA_END = NOW + 10 * YEAR;

function keyOfCurve(namedCurve: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function filesOf(privateKey: string): Promise<AuthorityFiles> {
  return { certificate: await selfSign(privateKey, NOW), privateKey };
}

let files: AuthorityFiles;
let authority: CertificateAuthority;

beforeAll(async () => {
  files = await filesOf(keyOfCurve('P-256'));
  authority = await CertificateAuthority.open(files);
});

async function signed(
  subject: Subject,
  usages: readonly string[],
  { nowMs = NOW, durationMs = YEAR, by = authority } = {},
): Promise<X509Certificate> {
  const { request } = await createCertificateRequest(subject);
  const asked = new Pkcs10CertificateRequest(request);
  return new X509Certificate(await by.signRequest(asked, usages, { nowMs, durationMs }));
}

const JANE: Subject = { commonName: 'jane', organizations: ['a', 'b'] };

const lifeOf = ({ notAfter, notBefore }: X509Certificate) => [
  notBefore.getTime(),
  notAfter.getTime(),
];

describe('the authority', () => {
  test('signs itself, for ten years, to sign certificates and nothing else of weight', () => {
    const own = new X509Certificate(authority.certificate);
    expect(own.subject).toBe('CN=kubernetes');
    expect(own.issuer).toBe('CN=kubernetes');
    expect(lifeOf(own)).toEqual([NOW - 5 * MINUTE, CA_END]);
    expect(own.getExtension(BasicConstraintsExtension)).toMatchObject({ ca: true, critical: true });
    const usages = own.getExtension(KeyUsagesExtension)?.usages ?? 0;
    expect(usages & KeyUsageFlags.keyCertSign).toBe(KeyUsageFlags.keyCertSign);
    expect(usages & KeyUsageFlags.cRLSign).toBe(0);
  });

  test('needs a key of the curve P-256', async () => {
    await expect(selfSign(keyOfCurve('P-384'), NOW)).rejects.toThrow(
      'the key of the authority must be of the curve P-256',
    );
  });

  test('is not opened with the key of another', async () => {
    const mixed = { ...files, privateKey: keyOfCurve('P-256') };
    await expect(CertificateAuthority.open(mixed)).rejects.toThrow(
      'the certificate of the authority is not that of its key',
    );
  });
});

describe('what it signs', () => {
  test('is for whom it was asked, by its own key, and no authority', async () => {
    const certificate = await signed(JANE, ['digital signature', 'client auth']);
    expect(certificate.subjectName.getField('CN')).toEqual(['jane']);
    expect(certificate.subjectName.getField('O')).toEqual(['a', 'b']);
    expect(certificate.issuer).toBe('CN=kubernetes');
    const { publicKey } = new X509Certificate(authority.certificate);
    expect(await certificate.verify({ publicKey, date: new Date(NOW) })).toBe(true);
    expect(certificate.getExtension(BasicConstraintsExtension)?.ca).toBe(false);
  });

  test('is good for what was asked, and nothing else', async () => {
    const certificate = await signed(JANE, ['digital signature', 'client auth']);
    expect(certificate.getExtension(KeyUsagesExtension)?.usages).toBe(
      KeyUsageFlags.digitalSignature,
    );
    expect(certificate.getExtension(ExtendedKeyUsageExtension)?.usages).toEqual([
      '1.3.6.1.5.5.7.3.2',
    ]);
    const bare = await signed(JANE, []);
    expect(bare.getExtension(KeyUsagesExtension)).toBeNull();
    expect(bare.getExtension(ExtendedKeyUsageExtension)).toBeNull();
  });

  test('has the names that were asked for', async () => {
    const names = [
      { type: 'dns' as const, value: 'node-1' },
      { type: 'ip' as const, value: '10.0.0.1' },
    ];
    const certificate = await signed({ ...JANE, names }, ['server auth']);
    expect(certificate.getExtension(SubjectAlternativeNameExtension)?.names.toJSON()).toEqual(
      names,
    );
    const bare = await signed(JANE, ['server auth']);
    expect(bare.getExtension(SubjectAlternativeNameExtension)).toBeNull();
  });

  test('has a serial number of its own, that is positive', async () => {
    const serials = await Promise.all(
      [1, 2, 3].map(async () => (await signed(JANE, [])).serialNumber),
    );
    expect(new Set(serials).size).toBe(3);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  test.each<[title: string, nowMs: number, durationMs: number, life: [number, number]]>([
    ['as long as was asked', NOW, DAY, [NOW - 5 * MINUTE, NOW + DAY]],
    ['not longer than its authority', CA_END - DAY, YEAR, [CA_END - DAY - 5 * MINUTE, CA_END]],
  ])('lives %s', async (_title, nowMs, durationMs, life) => {
    expect(lifeOf(await signed(JANE, [], { nowMs, durationMs }))).toEqual(life);
  });

  test.each<[title: string, checkersMs: number, life: [number, number]]>([
    ['behind', NOW - YEAR, [NOW - YEAR - 5 * MINUTE, NOW + DAY]],
    ['ahead', NOW + YEAR, [NOW - 5 * MINUTE, NOW + YEAR + DAY]],
  ])('is good for machines whose time is %s as well', async (_title, checkersMs, life) => {
    const by = await CertificateAuthority.open(files, new VirtualClock(checkersMs));
    expect(lifeOf(await signed(JANE, [], { durationMs: DAY, by }))).toEqual(life);
  });
});

test('a server of the cluster gets a certificate with its names, and the key to it', async () => {
  const hosts = [
    { type: 'dns' as const, value: 'localhost' },
    { type: 'ip' as const, value: '127.0.0.1' },
  ];
  const issued = await authority.issueServing(hosts, { nowMs: NOW, durationMs: DAY });
  const certificate = new X509Certificate(issued.certificate);
  expect(certificate.subject).toBe('CN=kube-apiserver');
  expect(certificate.getExtension(SubjectAlternativeNameExtension)?.names.toJSON()).toEqual(hosts);
  expect(certificate.getExtension(ExtendedKeyUsageExtension)?.usages).toEqual([
    '1.3.6.1.5.5.7.3.1',
  ]);
  expect(issued.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
});
