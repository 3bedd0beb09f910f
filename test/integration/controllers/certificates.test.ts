import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { UserInfo } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { certificatesCertificateSigningRequests as requests } from '../../../src/scheme/generated/resources.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestSpec,
} from '../../../src/scheme/generated/types/certificates-v1.ts';
import { grant } from '../../support/access.ts';
import {
  createCertificateRequest,
  type Subject,
  testAuthority,
} from '../../support/certificates.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const CLIENT_USAGES: CertificateSigningRequestSpec['usages'] = ['digital signature', 'client auth'];
const DAY_MS = 24 * 3_600_000;

async function plane(options: Parameters<typeof testPlane>[0] = {}): Promise<TestPlane> {
  const authority = await testAuthority(Date.parse('2025-01-01T00:00:00Z'));
  return testPlane({
    controllers: ['certificate-approver', 'certificate-signer', 'certificate-cleaner'],
    controllerOptions: { certificateAuthority: async () => authority },
    drivePods: false,
    ...options,
  });
}

async function ask(
  { client }: Pick<TestPlane, 'client'>,
  subject: Subject,
  spec: Partial<CertificateSigningRequestSpec> = {},
): Promise<CertificateSigningRequest> {
  const { request } = await createCertificateRequest(subject);
  return client.create(requests, {
    metadata: { name: subject.commonName.replaceAll(':', '-') },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: CLIENT,
      usages: CLIENT_USAGES as NonNullable<typeof CLIENT_USAGES>,
      ...spec,
    },
  });
}

async function decide(plane: TestPlane, name: string, type: 'Approved' | 'Denied') {
  const conditions = [{ type, status: 'True', reason: 'Test', message: '' }];
  const patch = { status: { conditions } };
  return plane.client.patch(
    requests,
    { name },
    { type: 'merge', patch },
    { subresource: 'approval' },
  );
}

const read = (plane: TestPlane, name: string) => plane.client.get(requests, { name });

const certificateIn = ({ status }: CertificateSigningRequest) =>
  new X509Certificate(Buffer.from(status?.certificate ?? '', 'base64'));

describe('a certificate request', () => {
  test('that somebody approves is signed for what it asks', async () => {
    await using api = await plane();
    await ask(
      api,
      { commonName: 'jane', organizations: ['dev', 'ops'] },
      { expirationSeconds: 7_200 },
    );
    await api.idle();
    expect((await read(api, 'jane')).status).toBeUndefined();
    await decide(api, 'jane', 'Approved');
    const issued = await api.eventually(
      () => read(api, 'jane'),
      ({ status }) => expect(status?.certificate).toBeDefined(),
    );
    const certificate = certificateIn(issued);
    expect(certificate.subject.split('\n')).toEqual(['CN=jane', 'O=dev', 'O=ops']);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const lifeMs = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
    expect(lifeMs).toBe(7_200_000 + 300_000);
  });

  test('that somebody denies is never signed', async () => {
    await using api = await plane();
    await ask(api, { commonName: 'jane' });
    await decide(api, 'jane', 'Denied');
    await api.idle();
    expect((await read(api, 'jane')).status?.certificate).toBeUndefined();
    await expect(decide(api, 'jane', 'Approved')).rejects.toMatchObject({ reason: 'Invalid' });
  });

  test('to another signer is left to it', async () => {
    await using api = await plane();
    await ask(api, { commonName: 'jane' }, { signerName: 'example.com/mine' });
    await decide(api, 'jane', 'Approved');
    await api.idle();
    expect((await read(api, 'jane')).status).not.toHaveProperty('certificate');
  });

  test.each<[string, Partial<CertificateSigningRequestSpec>, RegExp]>([
    [
      'for a server',
      { usages: ['server auth'] },
      /invalid usage for client certificate: server auth/,
    ],
    ['without a purpose', { usages: ['digital signature'] }, /missing required usage/],
    [
      'of a kubelet that is none',
      { signerName: KUBELET },
      /subject organization is not system:nodes/,
    ],
    [
      'that nobody can read',
      {
        // What is for the API server itself is read when it is asked for.
        signerName: KUBELET,
        request: Buffer.from(
          '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n',
        ).toString('base64'),
      },
      /cannot be signed/,
    ],
  ])('%s fails for good, and says why', async (_, spec, why) => {
    await using api = await plane();
    await ask(api, { commonName: 'jane' }, spec);
    await decide(api, 'jane', 'Approved');
    const failed = await api.eventually(
      () => read(api, 'jane'),
      ({ status }) => expect(status?.conditions).toHaveLength(2),
    );
    expect(failed.status?.conditions?.[1]).toMatchObject({
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
    });
    expect(failed.status?.conditions?.[1]?.message).toMatch(why);
  });

  test('names who has made it, whatever it says itself', async () => {
    await using api = await plane();
    const { spec } = await ask(
      api,
      { commonName: 'jane' },
      { username: 'root', groups: ['system:masters'], uid: '7', extra: { a: ['b'] } },
    );
    expect(spec).toMatchObject({
      username: 'system:admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    expect(spec.uid).toBeUndefined();
    expect(spec.extra).toBeUndefined();
  });

  test('cannot be approved as it is made, by its status or by changing what is asked', async () => {
    await using api = await plane();
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Self', message: '' }];
    const made = await ask(api, { commonName: 'jane' });
    await api.client.update(
      requests,
      { ...made, status: { conditions } },
      { subresource: 'status' },
    );
    expect((await read(api, 'jane')).status?.conditions).toBeUndefined();
    await api.client.patch(
      requests,
      { name: 'jane' },
      { type: 'merge', patch: { spec: { signerName: KUBELET }, status: { conditions } } },
    );
    const { spec, status } = await read(api, 'jane');
    expect(spec.signerName).toBe(CLIENT);
    expect(status?.conditions).toBeUndefined();
  });
});

describe('a kubelet’s request for its client certificate', () => {
  const subject = { commonName: 'system:node:node-1', organizations: ['system:nodes'] };

  /** A plane where `group` may create the subresource by which the approver decides. */
  const allow = (api: TestPlane, group: string, subresource: string) =>
    grant(
      api.client,
      { kind: 'Group', name: group },
      {
        verbs: ['create'],
        apiGroups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests', `certificatesigningrequests/${subresource}`],
      },
    );

  const planeWhere = async (group: string, subresource: string): Promise<TestPlane> => {
    const api = await plane();
    await allow(api, group, subresource);
    return api;
  };

  const as = (api: TestPlane, user: UserInfo) => ({
    client: createClient(api.api.apiServer, { user }),
  });

  test('is approved and signed when a bootstrap token asks that may', async () => {
    await using api = await planeWhere('system:bootstrappers', 'nodeclient');
    await ask(
      as(api, { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] }),
      subject,
      { signerName: KUBELET },
    );
    const issued = await api.eventually(
      () => read(api, 'system-node-node-1'),
      ({ status }) => expect(status?.certificate).toBeDefined(),
    );
    expect(issued.status?.conditions).toMatchObject([{ type: 'Approved', reason: 'AutoApproved' }]);
    expect(certificateIn(issued).subject.split('\n')).toEqual([
      'CN=system:node:node-1',
      'O=system:nodes',
    ]);
  });

  test('is approved when whoever asks is given the right later', async () => {
    await using api = await planeWhere('system:bootstrappers', 'other');
    const asker = { name: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] };
    await ask(as(api, asker), subject, { signerName: KUBELET });
    await api.idle();
    expect((await read(api, 'system-node-node-1')).status).toBeUndefined();
    await allow(api, 'system:bootstrappers', 'nodeclient');
    await api.eventually(
      () => read(api, 'system-node-node-1'),
      ({ status }) => expect(status?.certificate).toBeDefined(),
    );
  });

  test('is approved for the node itself by another right than for strangers', async () => {
    await using api = await planeWhere('system:nodes', 'selfnodeclient');
    const stranger = { name: 'system:node:node-2', groups: ['system:nodes'] };
    await ask(as(api, stranger), subject, { signerName: KUBELET });
    await api.idle();
    expect((await read(api, 'system-node-node-1')).status).toBeUndefined();
    const other = { commonName: 'system:node:node-2', organizations: ['system:nodes'] };
    await ask(as(api, stranger), other, { signerName: KUBELET });
    const approved = await api.eventually(
      () => read(api, 'system-node-node-2'),
      ({ status }) => expect(status?.conditions).toHaveLength(1),
    );
    expect(approved.status?.conditions?.[0]?.message).toMatch(/self kubelet client/);
  });

  test.each<[string, Subject, Partial<CertificateSigningRequestSpec>]>([
    ['to another signer', subject, { signerName: CLIENT }],
    [
      'of another group',
      { ...subject, organizations: ['system:masters'] },
      { signerName: KUBELET },
    ],
    [
      'with an address',
      { ...subject, names: [{ type: 'ip', value: '10.0.0.1' }] },
      { signerName: KUBELET },
    ],
    [
      'for a server',
      subject,
      { signerName: KUBELET, usages: ['digital signature', 'server auth'] },
    ],
  ])('%s waits for a person', async (_, asked, spec) => {
    await using api = await planeWhere('system:masters', 'nodeclient');
    await ask(api, asked, spec);
    await api.idle();
    expect((await read(api, 'system-node-node-1')).status).toBeUndefined();
  });
});

describe('requests that have served their purpose are removed', () => {
  test.each<[string, 'Approved' | 'Denied' | undefined, number]>([
    ['an hour after the certificate was issued', 'Approved', 3_600_000],
    ['an hour after the request was denied', 'Denied', 3_600_000],
    ['a day after nobody answered', undefined, DAY_MS],
  ])('%s', async (_, decision, afterMs) => {
    await using api = await plane();
    await ask(api, { commonName: 'jane' });
    if (decision) await decide(api, 'jane', decision);
    await api.idle();
    api.clock.advance(afterMs - 60_000);
    await api.idle();
    expect(await api.list(requests)).toHaveLength(1);
    api.clock.advance(60_000);
    await api.eventually(
      () => api.list(requests),
      (left) => expect(left).toHaveLength(0),
    );
  });
});

describe('bad input is refused with all its causes', () => {
  test.each<[Partial<CertificateSigningRequestSpec>, string[]]>([
    [{ request: 'bm9uZQ==' }, ['spec.request']],
    [{ usages: [] }, ['spec.usages']],
    [{ usages: ['client auth', 'client auth'] }, ['spec.usages[1]']],
    [{ signerName: '' }, ['spec.signerName']],
    [{ signerName: 'mine' }, ['spec.signerName']],
    [{ signerName: 'local/mine' }, ['spec.signerName']],
    [{ signerName: 'example.com/a/b' }, ['spec.signerName']],
    [{ expirationSeconds: 599 }, ['spec.expirationSeconds']],
    [
      { request: '', usages: [], signerName: 'x', expirationSeconds: 1 },
      ['spec.request', 'spec.usages', 'spec.signerName', 'spec.expirationSeconds'],
    ],
  ])('%j', async (spec, fields) => {
    await using api = await plane({ controllers: [] });
    const refused = await ask(api, { commonName: 'jane' }, spec).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      reason: 'Invalid',
      details: { causes: fields.map((field) => ({ field })) },
    });
  });
});
