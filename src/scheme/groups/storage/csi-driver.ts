import { type FieldError, invalid } from '../../field-error.ts';
import type { CSIDriver, TokenRequest } from '../../generated/types/storage-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkCsiDriverName, checkOneOf, checkUnique } from '../checks.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';

const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral'];
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const MIN_UPDATE_SECONDS = 10;

function applyDefaults({ spec }: CSIDriver): void {
  if (!spec) return;
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}

function validate({ metadata, spec }: CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(metadata.name, 'metadata.name', errors);
  checkOneOf(spec.fsGroupPolicy, GROUP_POLICIES, 'spec.fsGroupPolicy', errors);
  spec.volumeLifecycleModes?.forEach((mode) => {
    checkOneOf(mode, LIFECYCLE_MODES, 'spec.volumeLifecycleModes', errors);
  });
  validateTokenRequests(spec.tokenRequests ?? [], 'spec.tokenRequests', errors);
  const { nodeAllocatableUpdatePeriodSeconds: period } = spec;
  if (period !== undefined && period < MIN_UPDATE_SECONDS) {
    const detail = `must be greater than or equal to ${MIN_UPDATE_SECONDS} seconds`;
    errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, detail));
  }
  return errors;
}

function validateTokenRequests(
  requests: readonly TokenRequest[],
  path: string,
  errors: FieldError[],
): void {
  checkUnique(
    requests.map(({ audience }) => audience),
    (index) => `${path}[${index}].audience`,
    errors,
  );
  requests.forEach(({ expirationSeconds: seconds }, index) => {
    if (seconds === undefined) return;
    const field = `${path}[${index}].expirationSeconds`;
    if (seconds < MIN_TOKEN_SECONDS) {
      errors.push(invalid(field, seconds, 'may not specify a duration less than 10 minutes'));
    }
    if (seconds > MAX_TOKEN_SECONDS) {
      errors.push(invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
    }
  });
}

function validateUpdate({ spec: next }: CSIDriver, { spec: current }: CSIDriver): FieldError[] {
  const errors: FieldError[] = [];
  validateImmutable(next.attachRequired, current.attachRequired, 'spec.attachedRequired', errors);
  validateImmutable(
    next.volumeLifecycleModes,
    current.volumeLifecycleModes,
    'spec.volumeLifecycleModes',
    errors,
  );
  return errors;
}

type Flag = 'attachRequired' | 'podInfoOnMount' | 'storageCapacity' | 'requiresRepublish';

interface FlagColumn {
  readonly member: Flag;
  readonly unset: boolean;
  readonly description: string;
}

const flagColumn = (
  name: string,
  { member, unset, description }: FlagColumn,
): PrinterColumn<CSIDriver> => ({
  name,
  type: 'boolean',
  description,
  cell: ({ spec }) => spec[member] ?? unset,
});

/** storage.k8s.io/CSIDriver. */
export const csiDriverStrategy: KindStrategy<CSIDriver> = {
  returnsDeleted: true,
  applyDefaults,
  validate,
  validateUpdate,
  printerColumns: [
    nameColumn,
    flagColumn('AttachRequired', {
      member: 'attachRequired',
      unset: true,
      description: 'Whether its volumes must be attached.',
    }),
    flagColumn('PodInfoOnMount', {
      member: 'podInfoOnMount',
      unset: false,
      description: 'Whether it is told of the Pod that mounts.',
    }),
    flagColumn('StorageCapacity', {
      member: 'storageCapacity',
      unset: false,
      description: 'Whether its capacity is looked at when Pods are placed.',
    }),
    {
      name: 'TokenRequests',
      description: 'The audiences of the tokens that the driver is given.',
      cell: ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') || UNSET,
    },
    flagColumn('RequiresRepublish', {
      member: 'requiresRepublish',
      unset: false,
      description: 'Whether it is told again and again that a volume is mounted.',
    }),
    {
      name: 'Modes',
      description: 'What volumes of it live as long as.',
      cell: ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>',
    },
    ageColumn,
  ],
};
