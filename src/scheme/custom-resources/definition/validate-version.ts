import { deepEqual } from '../../../lib/deep-equal.ts';
import { duplicate, type FieldError, invalid, required, tooMany } from '../../field-error.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
} from '../../generated/types/apiextensions-v1.ts';
import { dns1035LabelProblems } from '../../names.ts';
import type { OpenApiSchema } from '../open-api-schema.ts';
import { checkPathBelow, checkSimplePath, schemaAt } from './json-paths.ts';
import { validateDefaults } from './validate-defaults.ts';
import { validateRules } from './validate-rules.ts';
import { validateSchemaNode } from './validate-schema.ts';
import { validateStructural } from './validate-structural.ts';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = [
  'byte',
  'date',
  'date-time',
  'double',
  'float',
  'int32',
  'int64',
  'password',
];
const MAX_SELECTABLE_FIELDS = 8;
const MAX_WARNING_LENGTH = 256;

/** Judges one version. A schema that was there before is not judged anew. @param before The same version, before an update */
export function validateVersion(
  version: CustomResourceDefinitionVersion,
  path: string,
  errors: FieldError[],
  before?: CustomResourceDefinitionVersion,
): void {
  const problems = dns1035LabelProblems(version.name);
  if (problems.length > 0) {
    errors.push(invalid(`${path}.name`, version.name, problems.join(',')));
  }
  checkDeprecation(version, path, errors);
  if (!before || !deepEqual(before.schema, version.schema)) checkSchema(version, path, errors);
  checkSubresources(version, path, errors);
  version.additionalPrinterColumns?.forEach((column, i) => {
    checkColumn(column, `${path}.additionalPrinterColumns[${i}]`, errors);
  });
  checkSelectableFields(version, `${path}.selectableFields`, errors);
}

function checkSchema(
  { schema }: CustomResourceDefinitionVersion,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.schema.openAPIV3Schema`;
  const root = schema?.openAPIV3Schema;
  if (!root) {
    errors.push(required(at, 'schemas are required'));
    return;
  }
  const found: FieldError[] = [];
  validateSchemaNode(root, at, found);
  validateStructural(root, at, found);
  // Only a sound schema can say what its defaults and rules are worth.
  if (found.length === 0) {
    validateDefaults(root, at, found);
    validateRules(root, at, found);
  }
  errors.push(...found);
}

function checkDeprecation(
  { deprecated, deprecationWarning }: CustomResourceDefinitionVersion,
  path: string,
  errors: FieldError[],
): void {
  const problem =
    deprecationWarning !== undefined && warningProblem(deprecationWarning, deprecated);
  if (problem) errors.push(invalid(`${path}.deprecationWarning`, deprecationWarning, problem));
}

function warningProblem(warning: string, deprecated: boolean | undefined): string | undefined {
  if (!deprecated) return 'can only be set for deprecated versions';
  if (warning === '') return 'must not be an empty string';
  if (warning.length > MAX_WARNING_LENGTH) {
    return `must be <= ${MAX_WARNING_LENGTH} characters long`;
  }
  const index = warning.search(/[^\P{C}]/u);
  if (index < 0) return undefined;
  return `must only contain printable UTF-8 characters; non-printable character found at index ${index}`;
}

function checkSubresources(
  { subresources }: CustomResourceDefinitionVersion,
  path: string,
  errors: FieldError[],
): void {
  const scale = subresources?.scale;
  if (!scale) return;
  const at = `${path}.subresources.scale`;
  checkPathBelow(scale.specReplicasPath, ['spec'], `${at}.specReplicasPath`, errors);
  checkPathBelow(scale.statusReplicasPath, ['status'], `${at}.statusReplicasPath`, errors);
  if (!scale.labelSelectorPath) return;
  const below = ['spec', 'status'];
  checkPathBelow(scale.labelSelectorPath, below, `${at}.labelSelectorPath`, errors);
}

function checkColumn(
  { name, type, format, jsonPath }: CustomResourceColumnDefinition,
  path: string,
  errors: FieldError[],
): void {
  if (!name) errors.push(required(`${path}.name`));
  if (!type) {
    errors.push(required(`${path}.type`, `must be one of ${COLUMN_TYPES.join(',')}`));
  } else if (!COLUMN_TYPES.includes(type)) {
    const detail = `must be one of ${COLUMN_TYPES.join(',')}`;
    errors.push(invalid(`${path}.type`, type, detail));
  }
  if (format && !COLUMN_FORMATS.includes(format)) {
    const detail = `must be one of ${COLUMN_FORMATS.join(',')}`;
    errors.push(invalid(`${path}.format`, format, detail));
  }
  if (!jsonPath) errors.push(required(`${path}.jsonPath`));
  else if (!jsonPath.startsWith('.')) {
    errors.push(
      invalid(`${path}.jsonPath`, jsonPath, 'must be a simple json path starting with .'),
    );
  }
}

function checkSelectableFields(
  { selectableFields = [], schema }: CustomResourceDefinitionVersion,
  path: string,
  errors: FieldError[],
): void {
  if (selectableFields.length > MAX_SELECTABLE_FIELDS) {
    errors.push(tooMany(path, selectableFields.length, MAX_SELECTABLE_FIELDS));
  }
  const seen = new Set<string>();
  selectableFields.forEach(({ jsonPath }, i) => {
    const at = `${path}[${i}].jsonPath`;
    if (!jsonPath) errors.push(required(at));
    else if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    else if (checkSimplePath(jsonPath, at, errors)) {
      const problem = selectableProblem(schema?.openAPIV3Schema ?? {}, jsonPath);
      if (problem) errors.push(invalid(at, jsonPath, problem));
    }
    seen.add(jsonPath);
  });
}

const SELECTABLE_TYPES: ReadonlySet<string | undefined> = new Set(['boolean', 'integer', 'string']);

function selectableProblem(root: OpenApiSchema, jsonPath: string): string | undefined {
  if (jsonPath.startsWith('.metadata')) return 'must not point to fields in metadata';
  const schema = schemaAt(root, jsonPath);
  if (!schema) return 'is an invalid path: does not refer to a valid field';
  if (SELECTABLE_TYPES.has(schema.type)) return undefined;
  return 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
}
