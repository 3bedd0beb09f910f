import { findCondition } from '../../conditions.ts';
import { humanDuration } from '../../duration.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
} from '../../field-error.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
} from '../../generated/types/certificates-v1.ts';
import type { KindStrategy, Requester } from '../../kind-strategy.ts';
import { requireOneOf } from '../checks.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { keepStatus } from '../status.ts';
import { isDerSequence, parsePem } from './pem.ts';
import { checkSignerName } from './signer-name.ts';
import { SIGNER_LEGACY_UNKNOWN } from './signers.ts';

export const CONDITION_APPROVED = 'Approved';
export const CONDITION_DENIED = 'Denied';
export const CONDITION_FAILED = 'Failed';

/** Those that once said are final: no certificate may rest on a word that was taken back. */
const FINAL_CONDITIONS = [CONDITION_APPROVED, CONDITION_DENIED];
const TRUE_ONLY = [...FINAL_CONDITIONS, CONDITION_FAILED];
const STATUSES = ['False', 'True', 'Unknown'];
const MIN_EXPIRATION_SECONDS = 600;
const REQUEST_BLOCK_TYPES = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
const CERTIFICATE_BLOCK_TYPE = 'CERTIFICATE';

const NOBODY: Requester = { name: '', groups: [] };

/** Whoever asks for a certificate is who asks for it: nobody can ask in another's name. */
function prepareForCreate(request: CertificateSigningRequest, requester = NOBODY): void {
  const { name, uid, groups, extra } = requester;
  const { spec } = request;
  delete spec.uid;
  delete spec.extra;
  spec.username = name;
  spec.groups = [...groups];
  if (uid) spec.uid = uid;
  if (extra) {
    spec.extra = Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [key, [...values]]),
    );
  }
  delete request.status;
}

/** What was asked for stays: another wish is another request. */
function prepareForUpdate(
  next: CertificateSigningRequest,
  current: CertificateSigningRequest,
): void {
  keepStatus(next, current);
  next.spec = current.spec;
}

/** Signers report their certificate and failures through `status`; who approves and denies goes through `approval`. */
function prepareForStatusUpdate(
  next: CertificateSigningRequest,
  current: CertificateSigningRequest,
  subresource = 'status',
): void {
  if (subresource === 'approval') {
    const { conditions } = next.status ?? {};
    next.status = { ...current.status, ...(conditions ? { conditions } : {}) };
    return;
  }
  if (!next.status) return;
  const kept = FINAL_CONDITIONS.flatMap(
    (type) => findCondition(current.status?.conditions, type) ?? [],
  );
  const reported = (next.status.conditions ?? []).filter(
    ({ type }) => !FINAL_CONDITIONS.includes(type),
  );
  const conditions = [...kept, ...reported];
  const { conditions: _, ...rest } = next.status;
  next.status = conditions.length > 0 ? { ...rest, conditions } : rest;
}

/** v1 asks for a signer; requests that v1beta1 has left without one may go on. */
function validateRequest(
  { spec }: CertificateSigningRequest,
  current: CertificateSigningRequest | undefined,
): FieldError[] {
  if (current || spec.signerName !== SIGNER_LEGACY_UNKNOWN) return [];
  const detail = 'the legacy signerName is not allowed via this API version';
  return [invalid('spec.signerName', spec.signerName, detail)];
}

function validate({ spec, status }: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  const { expirationSeconds, usages = [] } = spec;
  checkRequest(spec, errors);
  if (usages.length === 0) errors.push(required('spec.usages', 'usages must be provided'));
  usages.forEach((usage, at) => {
    if (usages.indexOf(usage) < at) errors.push(duplicate(`spec.usages[${at}]`, usage));
  });
  checkSignerName(spec.signerName, 'spec.signerName', errors);
  if (expirationSeconds !== undefined && expirationSeconds < MIN_EXPIRATION_SECONDS) {
    const detail = `may not specify a duration less than ${MIN_EXPIRATION_SECONDS} seconds (10 minutes)`;
    errors.push(invalid('spec.expirationSeconds', expirationSeconds, detail));
  }
  checkConditions(status?.conditions ?? [], errors);
  checkCertificate(status?.certificate, errors);
  return errors;
}

function checkRequest({ request }: CertificateSigningRequestSpec, errors: FieldError[]): void {
  const [block] = parsePem(Buffer.from(request ?? '', 'base64').toString('latin1'));
  if (!block || !REQUEST_BLOCK_TYPES.includes(block.type)) {
    errors.push(invalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST'));
  } else if (!isDerSequence(block.bytes)) {
    errors.push(invalid('spec.request', request, 'must be a certificate request in DER'));
  }
}

function checkCertificate(certificate: string | undefined, errors: FieldError[]): void {
  if (!certificate) return;
  const refuse = (detail: string): unknown =>
    errors.push(invalid('status.certificate', '<certificate data>', detail));
  const blocks = parsePem(Buffer.from(certificate, 'base64').toString('latin1'));
  if (blocks.length === 0) refuse('must contain one or more PEM blocks');
  for (const { type, bytes } of blocks) {
    if (type !== CERTIFICATE_BLOCK_TYPE) {
      refuse(`only CERTIFICATE PEM blocks are allowed, found "${type}"`);
    } else if (!isDerSequence(bytes)) refuse('must contain certificates in DER');
  }
}

function checkConditions(
  conditions: readonly CertificateSigningRequestCondition[],
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  conditions.forEach(({ type, status }, at) => {
    const path = `status.conditions[${at}]`;
    if (!type) errors.push(required(`${path}.type`));
    requireOneOf(status, TRUE_ONLY.includes(type) ? ['True'] : STATUSES, `${path}.status`, errors);
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
    if (!FINAL_CONDITIONS.includes(type) || !FINAL_CONDITIONS.every((one) => seen.has(one))) return;
    const detail = 'Approved and Denied conditions are mutually exclusive';
    errors.push(invalid(`${path}.type`, type, detail));
  });
}

/** Beside {@link validate}: a word once given, and a certificate once issued, stay. */
function validateStatusUpdate(
  next: CertificateSigningRequest,
  current: CertificateSigningRequest,
): FieldError[] {
  const errors = validate(next);
  const before = current.status?.certificate;
  if (before && next.status?.certificate !== before) {
    errors.push(forbiddenField('status.certificate', 'updates may not set existing certificates'));
  }
  for (const type of TRUE_ONLY) {
    if (!findCondition(current.status?.conditions, type)) continue;
    if (findCondition(next.status?.conditions, type)) continue;
    const detail = `updates may not remove a condition of type "${type}"`;
    errors.push(forbiddenField('status.conditions', detail));
  }
  return errors;
}

function stateOf({ status }: CertificateSigningRequest): string {
  const words = TRUE_ONLY.filter((type) => findCondition(status?.conditions, type));
  if (words.length === 0) words.push('Pending');
  return status?.certificate ? [...words, 'Issued'].join(',') : words.join(',');
}

/** certificates.k8s.io/CertificateSigningRequest. */
export const certificateSigningRequestStrategy: KindStrategy<CertificateSigningRequest> = {
  ...WITHOUT_GENERATION,
  nameRule: 'path-segment',
  prepareForCreate,
  prepareForUpdate,
  prepareForStatusUpdate,
  validate,
  validateRequest,
  validateStatusUpdate,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
  printerColumns: [
    nameColumn,
    ageColumn,
    {
      name: 'SignerName',
      description: 'Who is asked to sign.',
      cell: ({ spec }) => spec.signerName,
    },
    { name: 'Requestor', description: 'Who asks.', cell: ({ spec }) => spec.username ?? '' },
    {
      name: 'RequestedDuration',
      description: 'How long the certificate shall be valid.',
      cell: ({ spec }) =>
        spec.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * 1_000),
    },
    { name: 'Condition', description: 'How far the request is.', cell: stateOf },
  ],
};
