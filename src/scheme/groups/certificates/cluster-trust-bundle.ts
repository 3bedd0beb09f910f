import { type FieldError, invalid, tooLong } from '../../field-error.ts';
import type { ClusterTrustBundle } from '../../generated/types/certificates-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { pushProblems, validateImmutable } from '../../metadata-validation.ts';
import { dnsSubdomainProblems } from '../../names.ts';
import { nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { isDerSequence, parsePem } from './pem.ts';
import { checkSignerName } from './signer-name.ts';

const MAX_BYTES = 1024 * 1024;
const OMITTED = '<value omitted>';

function validate({ metadata, spec }: ClusterTrustBundle): FieldError[] {
  const errors: FieldError[] = [];
  validateName(metadata.name ?? '', spec.signerName, errors);
  if (spec.signerName) checkSignerName(spec.signerName, 'spec.signerName', errors);
  validateBundle(spec.trustBundle, 'spec.trustBundle', errors);
  return errors;
}

/** A bundle of a signer is named `example.com:signer:name`, so that whoever may write it can be told by the name. */
function validateName(name: string, signerName: string | undefined, errors: FieldError[]): void {
  const field = 'metadata.name';
  if (!signerName) {
    if (!name.includes(':')) return;
    const detail = 'ClusterTrustBundle without signer name must not have ":" in its name';
    errors.push(invalid(field, name, detail));
    return;
  }
  const prefix = `${signerName.replaceAll('/', ':')}:`;
  if (name.startsWith(prefix)) {
    pushProblems(errors, field, name, dnsSubdomainProblems(name.slice(prefix.length)));
  } else {
    const detail = `ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`;
    errors.push(invalid(field, name, detail));
  }
}

function validateBundle(bundle: string, path: string, errors: FieldError[]): void {
  if (bundle.length > MAX_BYTES) {
    errors.push(tooLong(path, MAX_BYTES));
    return;
  }
  const blocks = parsePem(bundle);
  if (blocks.length === 0) {
    errors.push(invalid(path, OMITTED, 'at least one trust anchor must be provided'));
  }
  const seen = new Set<string>();
  blocks.forEach(({ type, bytes }, index) => {
    const refuse = (detail: string): void => {
      errors.push(invalid(path, OMITTED, `entry ${index} ${detail}`));
    };
    const key = bytes.toString('base64');
    if (type !== 'CERTIFICATE') refuse(`has bad block type: ${type}`);
    else if (!isDerSequence(bytes)) refuse('does not parse as X.509');
    else if (seen.has(key)) refuse('duplicates another trust anchor');
    seen.add(key);
  });
}

/** certificates.k8s.io/ClusterTrustBundle. */
export const clusterTrustBundleStrategy: KindStrategy<ClusterTrustBundle> = {
  ...WITHOUT_GENERATION,
  nameRule: 'path-segment',
  validate,
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next.signerName, current.signerName, 'spec.signerName', errors);
    return errors;
  },
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  printerColumns: [
    nameColumn,
    {
      name: 'SignerName',
      description: 'The signer whose certificates it vouches for.',
      cell: ({ spec }) => spec.signerName ?? '',
    },
  ],
};
