import { expect, test } from '@jest/globals';
import type {
  JSONSchemaProps,
  ValidationRule,
} from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import { customResourceDefinitionStrategy } from '../../../../src/scheme/groups/apiextensions/custom-resource-definition.ts';
import {
  type Change,
  definitionWith,
  F,
  field,
  judge,
  ROOT,
  refuses,
  SPEC,
  spec,
} from '../../../support/definition-judge.ts';

const text: JSONSchemaProps = { type: 'string' };
const list = (items: JSONSchemaProps, maxItems?: number): JSONSchemaProps => ({
  type: 'array',
  items,
  ...(maxItems !== undefined && { maxItems }),
});
const ruled = (
  schema: JSONSchemaProps,
  ...rules: (string | ValidationRule)[]
): JSONSchemaProps => ({
  ...schema,
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});
const rule = (at: string, index = 0): string => `${at}.x-kubernetes-validations[${index}].rule`;

const ADVICE =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
const tooMuch = (factor: string, what = 'rule'): string =>
  `Forbidden: estimated ${what} cost exceeds budget by factor of ${factor} ${ADVICE}`;
const TOTAL = `${ROOT}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of`;
const CONTRIBUTED =
  'Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';

refuses('rules', [
  [
    'cost little each, without limits on what they go over',
    field(ruled(list(text), 'self.all(a, self.exists(b, a == b))')),
    `${rule(F)}: ${tooMuch('more than 100x')}`,
    `${rule(F)}: ${CONTRIBUTED}`,
    `${TOTAL} more than 100x ${ADVICE}`,
  ],
  [
    'cost little each, with a limit that is too high',
    field(ruled(list({ type: 'integer' }, 2000), 'self.all(a, self.exists(b, a == b))')),
    `${rule(F)}: ${tooMuch('2.4x')}`,
  ],
  [
    'cost little each, even where they exceed little',
    field(ruled(list({ type: 'integer' }, 1300), 'self.all(a, self.exists(b, a == b))')),
    `${rule(F)}: ${tooMuch('1.014650x')}`,
  ],
  [
    'cost little each, times the items that they run for',
    field(list(ruled(text, "self.contains('x')"))),
    `${rule(`${F}.items`)}: ${tooMuch('more than 100x')}`,
    `${rule(`${F}.items`)}: ${CONTRIBUTED}`,
    `${TOTAL} more than 100x ${ADVICE}`,
  ],
  [
    'cost little each, times the entries that they run for',
    field({
      type: 'object',
      additionalProperties: ruled({ ...text, maxLength: 100 }, "self.matches('[a-z]+')"),
      maxProperties: 200_000,
    }),
    `${rule(`${F}.additionalProperties`)}: ${tooMuch('1.7x')}`,
  ],
  [
    'have messages that cost little',
    field(
      ruled(list(text), {
        rule: 'self.size() > 0',
        messageExpression: "self.join(',')",
      }),
    ),
    `${F}.x-kubernetes-validations[0].messageExpression: ${tooMuch('more than 100x', 'messageExpression')}`,
    `${F}.x-kubernetes-validations[0].messageExpression: ${CONTRIBUTED}`,
    `${TOTAL} more than 100x ${ADVICE}`,
  ],
  [
    'cost little together',
    spec(
      ruled(
        { type: 'object', properties: { f: list({ type: 'integer' }, 1150) } },
        ...Array.from({ length: 14 }, (_, i) => `self.f.all(a, self.f.all(b, a + b > ${i}))`),
      ),
    ),
    ...Array.from({ length: 4 }, (_, i) => `${rule(SPEC, i)}: ${CONTRIBUTED}`),
    `${TOTAL} 1.297016x ${ADVICE}`,
  ],
]);

test.each<[name: string, change: Change]>([
  [
    'over what is limited',
    field(ruled(list({ ...text, maxLength: 253 }, 64), "self.all(a, a.matches('^[a-z]+$'))")),
  ],
  ['over what one request can hold', field(ruled(list({ type: 'integer' }), 'self.all(a, a > 0)'))],
  ['of a field', field(ruled(text, "self.matches('^[a-z0-9-]+$')"))],
  ['below a limited list', field(list(ruled({ ...text, maxLength: 253 }, "self != ''"), 64))],
])('a rule %s is admitted', (_name, change) => {
  expect(judge(change)).toEqual([]);
});

test('a schema that was admitted before is not refused for what its rules cost', () => {
  const change = field(ruled(list(text), 'self.all(a, self.exists(b, a == b))'));
  const stored = definitionWith(change);
  const next = definitionWith((definition) => {
    change(definition);
    definition.metadata.labels = { changed: 'yes' };
  });
  expect(customResourceDefinitionStrategy.validateUpdate?.(next, stored) ?? []).toEqual([]);
});
