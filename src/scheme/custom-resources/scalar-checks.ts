/** Checks of single values: type, enum, and what may be asked of texts and numbers. */
import { RE2JS } from 're2js';
import { deepEqual } from '../../lib/deep-equal.ts';
import { notSupported, tooLong } from '../field-error.ts';
import { breaks, type Check, inBody, jsonTypeOf, type Site } from './check.ts';
import { formatCheck } from './formats.ts';
import { isIntOrString, type OpenApiSchema } from './open-api-schema.ts';

/** Checks of the type of a value. Undefined where any will do. */
export function typeCheck(schema: OpenApiSchema): Check | undefined {
  const types = isIntOrString(schema) && !schema.type ? ['integer', 'string'] : [schema.type];
  const [first] = types;
  if (!first) return undefined;
  const allowed = new Set(first === 'number' ? ['number', 'integer'] : types);
  const wanted = types.join(',');
  return (site, errors) => {
    const type = jsonTypeOf(site.value);
    if (!allowed.has(type)) errors.push(wrongType(site, wanted, type));
  };
}

function wrongType({ path }: Site, wanted: string, got: string) {
  const detail = inBody(path, `must be of type ${wanted}: ${JSON.stringify(got)}`);
  return { type: 'FieldValueTypeInvalid', field: path, value: got, detail } as const;
}

/** Checks of a closed set of values, of any type. */
export function enumCheck({ enum: members }: OpenApiSchema): Check | undefined {
  if (!members?.length) return undefined;
  const simple = new Set(members.filter((member) => typeof member !== 'object' || member === null));
  const complex = members.filter((member) => typeof member === 'object' && member !== null);
  const shown = members.map((member) =>
    typeof member === 'string' ? member : JSON.stringify(member),
  );
  return ({ value, path }, errors) => {
    if (simple.has(value) || complex.some((member) => deepEqual(member, value))) return;
    errors.push(notSupported(path, value, shown));
  };
}

/** Checks of texts; they pass over what is none. */
export function* stringChecks(schema: OpenApiSchema): Iterable<Check> {
  const { minLength, maxLength, pattern, format } = schema;
  const ofText =
    (check: (text: string, site: Site, errors: Parameters<Check>[1]) => void): Check =>
    (site, errors) => {
      if (typeof site.value === 'string') check(site.value, site, errors);
    };
  if (maxLength !== undefined) {
    yield ofText((text, { path }, errors) => {
      if (isLonger(text, maxLength)) errors.push(tooLong(path, maxLength));
    });
  }
  if (minLength !== undefined && minLength > 0) {
    yield ofText((text, site, errors) => {
      if (isLonger(text, minLength - 1)) return;
      errors.push(breaks(site, `should be at least ${minLength} chars long`));
    });
  }
  if (pattern) {
    const matcher = patternMatcher(pattern);
    yield ofText((text, site, errors) => {
      if (!matcher(text)) errors.push(breaks(site, `should match '${pattern}'`));
    });
  }
  const isOfFormat = format ? formatCheck(format) : undefined;
  if (isOfFormat) {
    yield ofText((text, { path }, errors) => {
      if (isOfFormat(text)) return;
      const detail = inBody(path, `must be of type ${format}: ${JSON.stringify(text)}`);
      errors.push({ type: 'FieldValueTypeInvalid', field: path, value: text, detail });
    });
  }
}

/** Length is counted in characters: those beyond the first plane are two units of the text. */
function isLonger(text: string, max: number): boolean {
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  let characters = 0;
  for (const _ of text) if (++characters > max) return true;
  return false;
}

/** Go's regular expressions, which take linear time whatever text they are given. */
function patternMatcher(pattern: string): (text: string) => boolean {
  let compiled: RE2JS | undefined;
  return (text) => {
    compiled ??= RE2JS.compile(pattern);
    return compiled.test(text);
  };
}

/** What is wrong with a pattern; undefined for a good one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

const INT32 = { min: -2_147_483_648, max: 2_147_483_647 };

/** Checks of numbers; they pass over what is none. */
export function* numberChecks(schema: OpenApiSchema): Iterable<Check> {
  const rules = [...numberRules(schema)];
  for (const { holds, rule } of rules) {
    yield (site, errors) => {
      if (typeof site.value === 'number' && !holds(site.value)) errors.push(breaks(site, rule));
    };
  }
}

interface NumberRule {
  readonly rule: string;
  holds(value: number): boolean;
}

function* numberRules(schema: OpenApiSchema): Iterable<NumberRule> {
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum, format } = schema;
  if (minimum !== undefined) {
    yield exclusiveMinimum
      ? { rule: `should be greater than ${minimum}`, holds: (value) => value > minimum }
      : {
          rule: `should be greater than or equal to ${minimum}`,
          holds: (value) => value >= minimum,
        };
  }
  if (maximum !== undefined) {
    yield exclusiveMaximum
      ? { rule: `should be less than ${maximum}`, holds: (value) => value < maximum }
      : { rule: `should be less than or equal to ${maximum}`, holds: (value) => value <= maximum };
  }
  if (multipleOf !== undefined && multipleOf > 0) {
    yield {
      rule: `should be a multiple of ${multipleOf}`,
      holds: (value) => isNearInteger(value / multipleOf),
    };
  }
  if (format === 'int32') {
    yield {
      rule: 'must be of type integer with format int32',
      holds: (value) => value >= INT32.min && value <= INT32.max,
    };
  }
}

/** Whether a quotient is whole but for what floating point makes of it. */
function isNearInteger(value: number): boolean {
  const distance = Math.abs(value - Math.round(value));
  return distance <= 1e-9 * Math.max(1, Math.abs(value));
}
