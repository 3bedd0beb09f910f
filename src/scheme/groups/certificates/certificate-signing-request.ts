import { isConditionTrue } from '../../conditions.ts';
import { humanDuration } from '../../duration.ts';
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../generated/types/certificates-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkOneOf, checkUnique, requireText } from '../checks.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { STATUS_WITHOUT_GENERATION } from '../generation.ts';
import { isDerSequence, parsePem } from './pem.ts';
import { checkSignerName } from './signer-name.ts';

const REQUEST_TYPE = 'CERTIFICATE REQUEST';
const MIN_SECONDS = 600;
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

function validate({ spec }: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  const { request, usages = [], signerName, expirationSeconds: seconds } = spec;
  const problem = requestProblem(request);
  if (problem) errors.push(invalid('spec.request', request, problem));
  if (usages.length === 0) errors.push(required('spec.usages', 'usages must be provided'));
  usages.forEach((usage, index) => {
    checkOneOf(usage, USAGES, `spec.usages[${index}]`, errors);
  });
  checkUnique(usages, (index) => `spec.usages[${index}]`, errors);
  checkSignerName(signerName, 'spec.signerName', errors);
  if (signerName === LEGACY_SIGNER) {
    const detail = 'the legacy signerName is not allowed via this API version';
    errors.push(invalid('spec.signerName', signerName, detail));
  }
  if (seconds !== undefined && seconds < MIN_SECONDS) {
    const detail = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`;
    errors.push(invalid('spec.expirationSeconds', seconds, detail));
  }
  return errors;
}

/** The signature within is for whoever signs: only the frame is judged here. */
function requestProblem(request: string): string | undefined {
  const [block] = parsePem(Buffer.from(request, 'base64').toString('latin1'));
  if (block?.type !== REQUEST_TYPE) return `PEM block type must be ${REQUEST_TYPE}`;
  return isDerSequence(block.bytes) ? undefined : 'asn1: structure error: malformed request';
}

const DECISIONS = new Set(['Approved', 'Denied', 'Failed']);

function validateStatusUpdate({ status }: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  const path = 'status.conditions';
  const conditions = status?.conditions ?? [];
  conditions.forEach((condition, index) => {
    validateCondition(condition, `${path}[${index}]`, errors);
  });
  checkUnique(
    conditions.map(({ type }) => type),
    (index) => `${path}[${index}].type`,
    errors,
  );
  const types = conditions.map(({ type }) => type);
  const second = types.findIndex(
    (type, index) =>
      (type === 'Approved' && types.indexOf('Denied') >= 0 && types.indexOf('Denied') < index) ||
      (type === 'Denied' && types.indexOf('Approved') >= 0 && types.indexOf('Approved') < index),
  );
  if (second >= 0) {
    const detail = 'Approved and Denied conditions are mutually exclusive';
    errors.push(invalid(`${path}[${second}].type`, types[second], detail));
  }
  return errors;
}

function validateCondition(
  { type, status }: CertificateSigningRequestCondition,
  path: string,
  errors: FieldError[],
): void {
  requireText(type, `${path}.type`, errors);
  if (!requireText(status, `${path}.status`, errors)) return;
  if (DECISIONS.has(type)) {
    // A decision cannot be taken back, so that there is no other state to report.
    if (status !== 'True') errors.push(notSupported(`${path}.status`, status, ['True']));
  } else {
    checkOneOf(status, ['True', 'False', 'Unknown'], `${path}.status`, errors);
  }
}

function shownCondition({ status }: CertificateSigningRequest): string {
  const is = (type: string): boolean => isConditionTrue(status?.conditions, type);
  const decision = is('Denied') ? 'Denied' : is('Approved') ? 'Approved' : 'Pending';
  return [
    decision,
    ...(is('Failed') ? ['Failed'] : []),
    ...(status?.certificate ? ['Issued'] : []),
  ].join(',');
}

/** certificates.k8s.io/CertificateSigningRequest. */
export const certificateSigningRequestStrategy: KindStrategy<CertificateSigningRequest> = {
  ...STATUS_WITHOUT_GENERATION,
  nameRule: 'path-segment',
  // What has been asked for is what is decided on.
  prepareForUpdate(next, current) {
    next.spec = current.spec;
    if (current.status) next.status = current.status;
    else delete next.status;
  },
  validate,
  validateStatusUpdate,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
  printerColumns: [
    nameColumn,
    ageColumn,
    { name: 'SignerName', cell: ({ spec }) => spec.signerName },
    { name: 'Requestor', cell: ({ spec }) => spec.username ?? '' },
    {
      name: 'RequestedDuration',
      cell: ({ spec: { expirationSeconds: seconds } }) =>
        seconds === undefined ? NONE : humanDuration(seconds * 1000),
    },
    { name: 'Condition', cell: shownCondition },
  ],
};
