import { ageSince } from '../duration.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
} from '../generated/types/apiextensions-v1.ts';
import { ageColumn, nameColumn } from '../groups/columns.ts';
import type { CellValue, PrinterColumn } from '../kind-strategy.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';
import { JsonPathError } from './parse-json-path.ts';

/** The columns of a version: the name, then its own; the age where it has none. */
export function customColumns({
  additionalPrinterColumns: columns,
}: CustomResourceDefinitionVersion): readonly PrinterColumn[] {
  if (!columns?.length) return [nameColumn, ageColumn];
  return [nameColumn, ...columns.map(toColumn)];
}

function toColumn(definition: CustomResourceColumnDefinition): PrinterColumn {
  const { name, type, format = '', description = '', priority = 0, jsonPath } = definition;
  const read = readerOf(jsonPath);
  return {
    name,
    type,
    format,
    description: description || `What stands at ${jsonPath}.`,
    priority,
    cell: (object, now) => cellOf(type, read(object)[0], now),
  };
}

/** A path that cannot be read finds nothing: the other columns are worth showing. */
function readerOf(jsonPath: string): JsonPath {
  try {
    return compileJsonPath(jsonPath);
  } catch (thrown) {
    if (thrown instanceof JsonPathError) return () => [];
    throw thrown;
  }
}

const INVALID = '<invalid>';

/** A value of the column's type; null where it is missing or of another. */
function cellOf(type: string, value: unknown, now: number): CellValue {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return dateCell(value, now);
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

function dateCell(value: unknown, now: number): CellValue {
  if (typeof value !== 'string') return null;
  return Number.isNaN(Date.parse(value)) ? INVALID : ageSince(value, now);
}
