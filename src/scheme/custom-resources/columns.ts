import { ageSince } from '../duration.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
} from '../generated/types/apiextensions-v1.ts';
import { ageColumn, nameColumn } from '../groups/columns.ts';
import type { PrinterColumn } from '../kind-strategy.ts';
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
  const { name, priority = 0, jsonPath, type } = definition;
  const read = readerOf(jsonPath);
  return {
    name,
    priority: priority > 0 ? 1 : 0,
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

/** The text of a value; empty where it is missing, or not of the column's type. */
function cellOf(type: string, value: unknown, now: number): string {
  if (value === undefined || value === null) return '';
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? String(Math.trunc(value)) : '';
    case 'number':
      return typeof value === 'number' ? String(value) : '';
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : '';
    case 'date':
      return dateCell(value, now);
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

function dateCell(value: unknown, now: number): string {
  if (typeof value !== 'string') return '';
  return Number.isNaN(Date.parse(value)) ? INVALID : ageSince(value, now);
}
