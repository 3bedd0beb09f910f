import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { CSINode, CSINodeDriver } from '../../generated/types/storage-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { FIELD_IS_IMMUTABLE, validateNonNegative } from '../../metadata-validation.ts';
import { checkCsiDriverName, checkQualifiedName, checkUnique, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const MAX_NODE_ID_LENGTH = 256;

function validate({ spec }: CSINode): FieldError[] {
  const errors: FieldError[] = [];
  const path = 'spec.drivers';
  spec.drivers.forEach((driver, index) => {
    validateDriver(driver, `${path}[${index}]`, errors);
  });
  checkUnique(
    spec.drivers.map(({ name }) => name),
    (index) => `${path}[${index}].name`,
    errors,
  );
  return errors;
}

function validateDriver(driver: CSINodeDriver, path: string, errors: FieldError[]): void {
  const { name, nodeID, allocatable, topologyKeys = [] } = driver;
  checkCsiDriverName(name, `${path}.name`, errors);
  if (requireText(nodeID, `${path}.nodeID`, errors)) {
    if (nodeID.length > MAX_NODE_ID_LENGTH) {
      const detail = `must be ${MAX_NODE_ID_LENGTH} characters or less`;
      errors.push(invalid(`${path}.nodeID`, nodeID, detail));
    }
  }
  validateNonNegative(allocatable?.count, `${path}.allocatable.count`, errors);
  // Kubernetes tells of the keys in the place of their driver.
  checkUnique(topologyKeys, () => path, errors);
  for (const key of topologyKeys) {
    if (key === '') errors.push(required(path));
    checkQualifiedName(key, path, errors);
  }
}

/** What a driver said of itself stands; how many volumes it can take may change. */
function validateUpdate({ spec: next }: CSINode, { spec: current }: CSINode): FieldError[] {
  const errors: FieldError[] = [];
  for (const driver of next.drivers) {
    const before = current.drivers.find(({ name }) => name === driver.name);
    if (!before || deepEqual(withoutCount(driver), withoutCount(before))) continue;
    errors.push(invalid('spec.drivers', driver, FIELD_IS_IMMUTABLE));
  }
  return errors;
}

function withoutCount({ allocatable: _, ...driver }: CSINodeDriver): object {
  return driver;
}

/** storage.k8s.io/CSINode. */
export const csiNodeStrategy: KindStrategy<CSINode> = {
  ...WITHOUT_GENERATION,
  returnsDeleted: true,
  validate,
  validateUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Drivers',
      type: 'integer',
      description: 'How many drivers run on the node.',
      cell: ({ spec }) => spec.drivers.length,
    },
    ageColumn,
  ],
};
