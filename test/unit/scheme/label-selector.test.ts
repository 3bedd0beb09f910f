import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FieldError, formatFieldError } from '../../../src/scheme/field-error.ts';
import {
  formatLabelSelector,
  formatRequirements,
  type LabelSelector,
  selectorMatcher,
  validateLabelSelector,
} from '../../../src/scheme/label-selector.ts';
import {
  parseLabelMatcher,
  parseLabelSelector,
} from '../../../src/scheme/label-selector-parser.ts';
import { formatLabels, hasLabels } from '../../../src/scheme/labels.ts';

const LABELS = { app: 'web', tier: 'front', cpus: '4' };

describe('a selector in text form', () => {
  test.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    [' app = web , tier != back ', true],
    ['app=api', false],
    ['missing=x', false],
    ['missing!=x', true],
    ['app!=web', false],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['! app', false],
    ['app in (web,api)', true],
    ['app in (api)', false],
    ['missing in (x)', false],
    ['app notin (api, cache)', true],
    ['app notin (web)', false],
    ['missing notin (x)', true],
    ['cpus>2', true],
    ['cpus > 4', false],
    ['cpus<5', true],
    ['app>1', false],
    ['missing<5', false],
    ['app=web,tier,!old,cpus in (2,4)', true],
    ['app=', false],
    ['missing in ()', false],
  ])('%p matches: %p', (text, expected) => {
    expect(parseLabelMatcher(text)(LABELS)).toBe(expected);
  });

  test('matches an object without labels by what it must not have', () => {
    expect(parseLabelMatcher('!app')(undefined)).toBe(true);
    expect(parseLabelMatcher('app')(undefined)).toBe(false);
    expect(parseLabelMatcher('a!=b,!c,d notin (e)')(undefined)).toBe(true);
  });

  test.each([
    ['app=web,', 'found the end at position 9, expected a label key'],
    ['app in web', "found 'web' at position 8, expected '('"],
    ['app in (web', "found the end at position 12, expected ',' or ')'"],
    [
      'app ~ web',
      "found '~' at position 5, expected one of '=', '==', '!=', 'in', 'notin', '<', '>'",
    ],
    ['=web', "found '=' at position 1, expected a label key"],
    ['app=web tier=front', "found 'tier' at position 9, expected ',' or the end"],
    ['cpus>four', "found 'four' at position 6, expected a whole number"],
    ['a/b/c', 'at position 1: a valid label key'],
    ['app=we$b', 'at position 5: a valid label must be'],
  ])('%p is refused, with the place', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  test('is refused unread when it is huge', () => {
    expect(() => parseLabelSelector('a'.repeat(70_000))).toThrow('longer than 65536 characters');
  });

  test('means the same when it is written and read again', () => {
    const word = fc.stringMatching(/^[a-z]{1,5}$/);
    const requirement = fc.oneof(
      fc.record({ key: word, operator: fc.constantFrom('exists', '!'), values: fc.constant([]) }),
      fc.record({
        key: word,
        operator: fc.constantFrom('in', 'notin'),
        values: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((values) => values.sort()),
      }),
      fc.record({
        key: word,
        operator: fc.constantFrom('gt', 'lt'),
        values: fc.integer().map((bound) => [`${bound}`]),
      }),
    );
    fc.assert(
      fc.property(fc.array(requirement), (requirements) => {
        const text = formatRequirements(requirements as Parameters<typeof formatRequirements>[0]);
        expect(parseLabelSelector(text)).toEqual(requirements);
      }),
    );
  });
});

describe('a LabelSelector object', () => {
  const expression = (operator: string, values?: string[]): LabelSelector => ({
    matchExpressions: [{ key: 'app', operator, values }],
  });

  test.each<[string, LabelSelector | undefined, boolean]>([
    ['that is absent matches nothing', undefined, false],
    ['that is empty matches everything', {}, true],
    ['matches labels', { matchLabels: { app: 'web', tier: 'front' } }, true],
    ['matches only all of the labels', { matchLabels: { app: 'web', tier: 'back' } }, false],
    ['knows In', expression('In', ['web', 'api']), true],
    ['knows NotIn', expression('NotIn', ['web']), false],
    ['knows Exists', expression('Exists'), true],
    ['knows DoesNotExist', expression('DoesNotExist'), false],
  ])('%s', (_, selector, expected) => {
    expect(selectorMatcher(selector)(LABELS)).toBe(expected);
  });

  test('is printed with its keys in order', () => {
    const selector: LabelSelector = {
      matchLabels: { tier: 'front', app: 'web' },
      matchExpressions: [
        { key: 'env', operator: 'In', values: ['prod', 'dev'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    };
    expect(formatLabelSelector(selector)).toBe('app=web,env in (dev,prod),!old,tier=front');
    expect(formatLabelSelector({})).toBe('<none>');
    expect(formatLabelSelector(undefined)).toBe('<none>');
  });

  test.each<[string, LabelSelector, string]>([
    [
      'an operator that is none',
      expression('Is', ['a']),
      'selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
    ],
    [
      'In without values',
      expression('In', []),
      "selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ],
    [
      'Exists with values',
      expression('Exists', ['a']),
      "selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    ],
    [
      'a key that cannot be',
      { matchExpressions: [{ key: 'a b', operator: 'Exists' }] },
      'selector.matchExpressions[0].key: Invalid value: "a b"',
    ],
    [
      'a value that cannot be',
      expression('In', ['a b']),
      'selector.matchExpressions[0].values[0]: Invalid value: "a b"',
    ],
    [
      'a label that cannot be',
      { matchLabels: { 'a b': '' } },
      'selector.matchLabels: Invalid value: "a b"',
    ],
  ])('is refused for %s', (_, selector, message) => {
    const errors: FieldError[] = [];
    validateLabelSelector(selector, 'selector', errors);
    expect(errors.map(formatFieldError).join('\n')).toContain(message);
  });
});

test('labels are printed sorted, and compared pair by pair', () => {
  expect(formatLabels({ b: '2', a: '1' })).toBe('a=1,b=2');
  expect(formatLabels({})).toBe('<none>');
  expect(hasLabels(LABELS, { app: 'web' })).toBe(true);
  expect(hasLabels(LABELS, { app: 'web', other: '' })).toBe(false);
  expect(hasLabels(undefined, {})).toBe(true);
});

test('what every object inherits is no label', () => {
  expect(parseLabelMatcher('constructor')({})).toBe(false);
  expect(parseLabelMatcher('!constructor')({})).toBe(true);
  expect(parseLabelMatcher('constructor')({ constructor: 'x' } as never)).toBe(true);
  const errors: FieldError[] = [];
  const selector = { matchExpressions: [{ key: 'a', operator: 'constructor' }] };
  validateLabelSelector(selector, 'selector', errors);
  expect(errors).toHaveLength(1);
});
