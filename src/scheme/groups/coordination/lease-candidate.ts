import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type { LeaseCandidate } from '../../generated/types/coordination-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { compareVersions, isVersion } from '../../semantic-version.ts';
import { checkQualifiedName, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const STRATEGY = 'OldestEmulationVersion';
const NO_VERSION = 'must be a valid semantic version';

function validate({ spec }: LeaseCandidate): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseName, binaryVersion, emulationVersion = '', strategy } = spec;
  requireText(leaseName, 'spec.leaseName', errors);
  if (!isVersion(binaryVersion)) {
    errors.push(invalid('spec.binaryVersion', binaryVersion, NO_VERSION));
  }
  if (emulationVersion !== '' && !isVersion(emulationVersion)) {
    errors.push(invalid('spec.emulationVersion', emulationVersion, NO_VERSION));
  } else if (emulationVersion !== '' && isVersion(binaryVersion)) {
    if (compareVersions(binaryVersion, emulationVersion) < 0) {
      const detail = 'must be greater than or equal to `emulationVersion`';
      errors.push(invalid('spec.binaryVersion', binaryVersion, detail));
    }
  }
  validateStrategy(strategy, emulationVersion, errors);
  return errors;
}

function validateStrategy(strategy: string, emulationVersion: string, errors: FieldError[]): void {
  const field = 'spec.strategy';
  if (!requireText(strategy, field, errors)) return;
  if (strategy.includes('/')) checkQualifiedName(strategy, field, errors);
  else if (strategy !== STRATEGY) errors.push(notSupported(field, strategy, [STRATEGY]));
  else if (emulationVersion === '') {
    const detail = `must be specified when \`strategy\` is '${STRATEGY}'`;
    errors.push(required('spec.emulationVersion', detail));
  }
}

/** coordination.k8s.io/LeaseCandidate. */
export const leaseCandidateStrategy: KindStrategy<LeaseCandidate> = {
  ...WITHOUT_GENERATION,
  validate,
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next.leaseName, current.leaseName, 'spec.leaseName', errors);
    return errors;
  },
  selectableFields: { 'spec.leaseName': ({ spec }) => spec.leaseName },
  printerColumns: [
    nameColumn,
    {
      name: 'LeaseName',
      description: 'The lease that it stands for.',
      cell: ({ spec }) => spec.leaseName,
    },
    {
      name: 'BinaryVersion',
      description: 'The version that it is.',
      cell: ({ spec }) => spec.binaryVersion,
    },
    {
      name: 'EmulationVersion',
      description: 'The version that it behaves as.',
      cell: ({ spec }) => spec.emulationVersion ?? '',
    },
    ageColumn,
  ],
};
