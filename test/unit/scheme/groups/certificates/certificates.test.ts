import { describe, expect, test } from '@jest/globals';
import type { CertificateSigningRequest } from '../../../../../src/scheme/generated/types/certificates-v1.ts';
import type {
  ClusterTrustBundle,
  PodCertificateRequest,
} from '../../../../../src/scheme/generated/types/certificates-v1beta1.ts';
import { certificateSigningRequestStrategy } from '../../../../../src/scheme/groups/certificates/certificate-signing-request.ts';
import { clusterTrustBundleStrategy } from '../../../../../src/scheme/groups/certificates/cluster-trust-bundle.ts';
import { podCertificateRequestStrategy } from '../../../../../src/scheme/groups/certificates/pod-certificate-request.ts';
import { CERTIFICATE, exampleOf } from '../../../../support/kind-examples.ts';
import {
  created,
  judgesStatuses,
  judgesUpdates,
  refusesOnCreate,
  rowOf,
  withMembers,
} from '../harness.ts';

const REQUEST = exampleOf<CertificateSigningRequest>(
  'certificates.k8s.io/v1',
  'CertificateSigningRequest',
);
const encode = (text: string): string => Buffer.from(text).toString('base64');
const NOT_PEM = encode('hello');
const FORM = "must be a fully qualified domain and path of the form 'example.com/signer-name'";

describe('a request for a certificate', () => {
  refusesOnCreate(certificateSigningRequestStrategy, REQUEST, [
    [
      { 'spec.request': NOT_PEM },
      `spec.request: Invalid value: "${NOT_PEM}": PEM block type must be CERTIFICATE REQUEST`,
    ],
    [{ 'spec.usages': [] }, 'spec.usages: Required value: usages must be provided'],
    [
      { 'spec.usages': ['client auth', 'client auth'] },
      'spec.usages[1]: Duplicate value: "client auth"',
    ],
    [{ 'spec.signerName': '' }, 'spec.signerName: Required value'],
    [{ 'spec.signerName': 'me' }, `spec.signerName: Invalid value: "me": ${FORM}`],
    [{ 'spec.signerName': 'a.b/' }, `spec.signerName: Invalid value: "": ${FORM}`],
    [
      { 'spec.signerName': 'local/a' },
      'spec.signerName: Invalid value: "local": should be a domain with at least two segments separated by dots',
    ],
    [
      { 'spec.signerName': 'kubernetes.io/legacy-unknown' },
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
    [
      { 'spec.expirationSeconds': 599 },
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ]);

  test('is what it was when it is updated', () => {
    const current = created(certificateSigningRequestStrategy, REQUEST);
    const next = withMembers(current, {
      'spec.signerName': 'a.b/other',
      status: { certificate: 'YQ==' },
    });
    certificateSigningRequestStrategy.prepareForUpdate?.(next, current);
    expect(next).toEqual(current);
  });

  const is = (type: string, status = 'True') => ({ type, status });
  judgesStatuses(certificateSigningRequestStrategy, REQUEST, [
    [{ conditions: [is('Approved')] }],
    [
      { conditions: [is('Failed', 'False')] },
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    ],
    [
      { conditions: [is('A', 'Maybe')] },
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
    ],
    [{ conditions: [is('A'), is('A')] }, 'status.conditions[1].type: Duplicate value: "A"'],
    [
      { conditions: [is('', '')] },
      'status.conditions[0].type: Required value',
      'status.conditions[0].status: Required value',
    ],
  ]);

  test.each([
    [{}, 'Pending'],
    [{ conditions: [is('Approved')] }, 'Approved'],
    [{ conditions: [is('Approved')], certificate: 'YQ==' }, 'Approved,Issued'],
    [{ conditions: [is('Approved'), is('Failed')] }, 'Approved,Failed'],
    [{ conditions: [is('Denied')] }, 'Denied'],
  ])('with status %j is shown as %s', (status, expected) => {
    const asked = withMembers(REQUEST, { 'spec.expirationSeconds': 3600, status });
    expect(rowOf(certificateSigningRequestStrategy, asked)).toMatchObject({
      SignerName: 'example.com/signer',
      RequestedDuration: '60m',
      Condition: expected,
    });
  });
});

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

describe('a bundle of trust', () => {
  const BUNDLE = exampleOf<ClusterTrustBundle>('certificates.k8s.io/v1beta1', 'ClusterTrustBundle');
  const bundle = 'spec.trustBundle: Invalid value: "<value omitted>":';
  const block = (type: string, base64: string): string =>
    `-----BEGIN ${type}-----\n${base64}\n-----END ${type}-----\n`;
  refusesOnCreate(clusterTrustBundleStrategy, BUNDLE, [
    [
      { 'metadata.name': 'a:b' },
      'metadata.name: Invalid value: "a:b": ClusterTrustBundle without signer name must not have ":" in its name',
    ],
    [
      { 'spec.signerName': 'example.com/a' },
      'metadata.name: Invalid value: "example": ClusterTrustBundle for signerName example.com/a must be named with prefix example.com:a:',
    ],
    [{ 'spec.trustBundle': '' }, `${bundle} at least one trust anchor must be provided`],
    [
      { 'spec.trustBundle': block('PRIVATE KEY', 'MAMCAQU=') },
      `${bundle} entry 0 has bad block type: PRIVATE KEY`,
    ],
    [
      { 'spec.trustBundle': block('CERTIFICATE', 'YQ==') },
      `${bundle} entry 0 does not parse as X.509`,
    ],
    [
      { 'spec.trustBundle': `${CERTIFICATE}between\n${CERTIFICATE}` },
      `${bundle} entry 1 duplicates another trust anchor`,
    ],
    [
      { 'spec.trustBundle': ' '.repeat(1_048_577) },
      'spec.trustBundle: Too long: may not be more than 1048576 bytes',
    ],
  ]);
  const SIGNED = withMembers(BUNDLE, {
    'metadata.name': 'example.com:a:v1',
    'spec.signerName': 'example.com/a',
  });
  refusesOnCreate(clusterTrustBundleStrategy, SIGNED, [
    [
      { 'metadata.name': 'example.com:a:' },
      `metadata.name: Invalid value: "example.com:a:": ${SUBDOMAIN}`,
    ],
  ]);
  judgesUpdates(clusterTrustBundleStrategy, SIGNED, [
    [
      { 'spec.signerName': 'example.com/b' },
      'spec.signerName: Invalid value: "example.com/b": field is immutable',
    ],
  ]);
});

describe('a request of a Pod for a certificate', () => {
  const POD_REQUEST = exampleOf<PodCertificateRequest>(
    'certificates.k8s.io/v1beta1',
    'PodCertificateRequest',
  );
  refusesOnCreate(podCertificateRequestStrategy, POD_REQUEST, [
    [{ 'spec.podName': '' }, 'spec.podName: Required value'],
    [{ 'spec.nodeUID': '' }, 'spec.nodeUID: Required value'],
    [
      { 'spec.maxExpirationSeconds': 60 },
      'spec.maxExpirationSeconds: Invalid value: 60: must be between 3600 and 7862400, inclusive',
    ],
    [
      { 'spec.maxExpirationSeconds': 90_000, 'spec.signerName': 'kubernetes.io/a' },
      'spec.maxExpirationSeconds: Invalid value: 90000: must be between 3600 and 86400, inclusive',
    ],
  ]);
  judgesUpdates(podCertificateRequestStrategy, POD_REQUEST, [
    [{ 'spec.podName': 'other' }, 'spec: Forbidden: field is immutable'],
  ]);
});
