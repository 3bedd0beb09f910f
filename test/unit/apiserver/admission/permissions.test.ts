import { beforeAll, describe, expect, test } from '@jest/globals';
import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { certificateApproval } from '../../../../src/apiserver/admission/certificate-approval.ts';
import { certificateSigning } from '../../../../src/apiserver/admission/certificate-signing.ts';
import { certificateSubjectRestriction } from '../../../../src/apiserver/admission/certificate-subject-restriction.ts';
import { clusterTrustBundleAttest } from '../../../../src/apiserver/admission/cluster-trust-bundle-attest.ts';
import { ownerReferencesPermissionEnforcement } from '../../../../src/apiserver/admission/owner-references-permission-enforcement.ts';
import type {
  Authorizer,
  ResourceAction,
} from '../../../../src/apiserver/authorization/authorizer.ts';
import {
  certificatesCertificateSigningRequests,
  coreConfigMaps,
} from '../../../../src/scheme/generated/resources.ts';
import { admitBy } from '../../../support/admission.ts';

const USER = { name: 'jane', groups: [] };

/** Allows what is listed as `verb resource[/subresource] name`, some of it only after a while. */
function allowing(...rules: string[]): Authorizer {
  const decide = ({ verb, resource, subresource, name }: ResourceAction) => {
    const what = subresource ? `${resource.resource}/${subresource}` : resource.resource;
    const allowed = rules.includes(`${verb} ${what} ${name}`);
    return allowed ? ({ allowed } as const) : ({ allowed, reason: 'no rule' } as const);
  };
  return {
    authorize: (_user, action) =>
      action.verb === 'approve'
        ? Promise.resolve(decide(action as ResourceAction))
        : decide(action as ResourceAction),
  };
}

const csr = (fields: object = {}, status?: object) => ({
  metadata: { name: 'mine' },
  spec: { signerName: 'example.com/client', request: '', ...fields },
  ...(status ? { status } : {}),
});

describe('who acts for a signer', () => {
  const approval = {
    plugin: certificateApproval,
    resource: certificatesCertificateSigningRequests,
    subresource: 'approval',
    object: csr(),
    current: csr(),
    verb: 'approve',
    why: 'user not permitted to approve requests with signerName "example.com/client"',
  };
  const signing = {
    plugin: certificateSigning,
    resource: certificatesCertificateSigningRequests,
    subresource: 'status',
    object: csr({}, { certificate: 'Y2VydA==' }),
    current: csr(),
    verb: 'sign',
    why: 'user not permitted to sign requests with signerName "example.com/client"',
  };
  const attesting = {
    plugin: clusterTrustBundleAttest,
    resource: {
      group: 'certificates.k8s.io',
      version: 'v1beta1',
      resource: 'clustertrustbundles',
    },
    object: {
      metadata: { name: 'example.com:client:x' },
      spec: { signerName: 'example.com/client' },
    },
    verb: 'attest',
    why: 'user not permitted to attest for signerName "example.com/client"',
  };
  const acts = [approval, signing, attesting];

  test.each(
    acts.flatMap((act) => [
      { act, rule: `${act.verb} signers example.com/client`, allowed: true },
      { act, rule: `${act.verb} signers example.com/*`, allowed: true },
      { act, rule: `${act.verb} signers example.com/other`, allowed: false },
      { act, rule: `get signers example.com/client`, allowed: false },
    ]),
  )('$act.plugin.name lets "$rule": $allowed', async ({ act, rule, allowed }) => {
    const { plugin, verb: _, why, ...given } = act;
    const admitted = admitBy(plugin, { ...given, user: USER, authorizer: allowing(rule) });
    if (allowed) await admitted;
    else await expect(admitted).rejects.toThrow(why);
  });

  test('a status without a new certificate or condition takes no right to sign', async () => {
    const status = { certificate: 'Y2VydA==', conditions: [] };
    await admitBy(certificateSigning, {
      resource: certificatesCertificateSigningRequests,
      subresource: 'status',
      object: csr({}, status),
      current: csr({}, status),
      user: USER,
      authorizer: allowing(),
    });
  });
});

describe('the subject of a client certificate', () => {
  const requests: Record<string, string> = {};
  beforeAll(async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    for (const name of ['CN=jane', 'CN=jane, O=dev', 'CN=jane, O=dev, O=system:masters']) {
      const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const request = await Pkcs10CertificateRequestGenerator.create({
        name,
        keys,
        signingAlgorithm: algorithm,
      });
      requests[name] = Buffer.from(request.toString('pem')).toString('base64');
    }
  });

  const CLIENT = 'kubernetes.io/kube-apiserver-client';
  test.each([
    { signerName: CLIENT, subject: 'CN=jane', why: '' },
    { signerName: CLIENT, subject: 'CN=jane, O=dev', why: '' },
    {
      signerName: CLIENT,
      subject: 'CN=jane, O=dev, O=system:masters',
      why: `certificatesigningrequests.certificates.k8s.io "mine" is forbidden: use of ${CLIENT} signer with system:masters group is not allowed`,
    },
    { signerName: 'example.com/x', subject: 'CN=jane, O=dev, O=system:masters', why: '' },
    { signerName: CLIENT, subject: 'nonsense', why: 'failed to parse CSR' },
  ])('$subject for $signerName is judged: $why', async ({ signerName, subject, why }) => {
    const request = requests[subject] ?? Buffer.from(subject).toString('base64');
    const admitted = admitBy(certificateSubjectRestriction, {
      resource: certificatesCertificateSigningRequests,
      object: csr({ signerName, request }),
    });
    if (why) await expect(admitted).rejects.toThrow(why);
    else await admitted;
  });
});

describe('who may name an owner', () => {
  const owner = (fields: object = {}) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'web',
    uid: 'u1',
    ...fields,
  });
  const object = (...ownerReferences: object[]) => ({
    metadata: { name: 'settings', namespace: 'shop', ownerReferences },
  });
  const DELETE = 'delete configmaps settings';
  const FINALIZE = 'update deployments/finalizers web';
  const blocking = owner({ blockOwnerDeletion: true });
  test.each([
    { what: 'a new object with an owner', next: object(owner()), rules: [], why: '' },
    {
      what: 'an owner that is added',
      next: object(owner()),
      current: object(),
      rules: [],
      why: "cannot set an ownerRef on a resource you can't delete: no rule",
    },
    {
      what: 'an owner that is added by one who may delete',
      next: object(owner()),
      current: object(),
      rules: [DELETE],
      why: '',
    },
    { what: 'no change', next: object(owner()), current: object(owner()), rules: [], why: '' },
    {
      what: 'a new object that blocks its owner',
      next: object(blocking),
      rules: [],
      why: "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: no rule",
    },
    {
      what: 'a new object that blocks its owner, by one who may',
      next: object(blocking),
      rules: [FINALIZE],
      why: '',
    },
    {
      what: 'an owner that blocks already, beside a new one',
      next: object(blocking, owner({ uid: 'u2' })),
      current: object(blocking),
      rules: [DELETE],
      why: '',
    },
    {
      what: 'an owner that begins to be blocked',
      next: object(blocking),
      current: object(owner()),
      rules: [DELETE],
      why: "you can't set finalizers on",
    },
    {
      what: 'a blocked owner of no known kind',
      next: object(owner({ kind: 'Ghost', blockOwnerDeletion: true })),
      rules: [],
      why: 'cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion apps/v1 Kind Ghost: no matches for kind "Ghost" in version "apps/v1"',
    },
  ])('$what is judged: $why', async ({ next, current, rules, why }) => {
    const admitted = admitBy(ownerReferencesPermissionEnforcement, {
      resource: coreConfigMaps,
      object: next,
      ...(current ? { current } : {}),
      user: USER,
      authorizer: allowing(...rules),
    });
    if (why) await expect(admitted).rejects.toThrow(why);
    else await admitted;
  });
});
