import { describe, expect, it } from '@jest/globals';
import { CostBudget, EXPRESSION_COST_LIMIT } from '../../../../src/scheme/cel/cost.ts';
import { CelCostError } from '../../../../src/scheme/cel/errors.ts';
import { DYN, STRING, TIMESTAMP } from '../../../../src/scheme/cel/types.ts';
import { compileCel, evaluateCel } from '../../../support/cel.ts';

const items = Array.from({ length: 2000 }, (_, index) => index);
const context = {
  variables: { items: DYN, text: STRING, same: STRING, longer: STRING, any: TIMESTAMP },
  bindings: {
    items,
    text: 'a'.repeat(1000),
    same: `${'a'.repeat(999)}b`,
    longer: 'a'.repeat(1001),
    any: '2026-01-01T00:00:00Z',
  },
};

function costOf(expression: string): number {
  const compilation = compileCel(expression, context);
  if ('error' in compilation) throw new Error(compilation.error);
  return compilation.expression.evaluate(context.bindings).cost;
}

describe('the cost of expressions', () => {
  it.each([
    ['true', 0],
    ['text', 1],
    ['text == "b"', 1 + 1 + 1],
    ['[1, 2].size()', 10 + 1],
    ['{"a": 1}.size()', 30 + 1],
    ['items == items', 2 + 1 + 2001],
  ])('of %s is %d', (expression, cost) => {
    expect(costOf(expression)).toBe(cost);
  });

  it('grows with the length of a list and of a text', () => {
    expect(costOf('items.all(i, i >= 0)')).toBeGreaterThan(2000 * 2);
    expect(costOf('text.contains("b")')).toBeGreaterThanOrEqual(100);
  });

  it.each([
    'items.all(a, items.all(b, items.all(c, items.all(d, a + b + c + d >= 0))))',
    'items.map(a, items.map(b, a * b)).size() > 0',
    'items.filter(a, items.exists(b, b == -1)).size() == 0',
    'items.all(a, items.all(b, text.matches("(a+)+$")))',
    'items.all(a, items == items)',
  ])('stops %s at the limit', (expression) => {
    const compilation = compileCel(expression, context);
    if ('error' in compilation) throw new Error(compilation.error);
    const run = () => compilation.expression.evaluate(context.bindings);
    expect(run).toThrow('operation cancelled: actual cost limit exceeded');
    expect(run).toThrow(CelCostError);
  });

  it('does not forgive a spent budget in a logical operator', () => {
    const expression = 'items.all(a, items.all(b, items.all(c, true))) || true';
    expect(() => evaluateCel(expression, context)).toThrow(CelCostError);
  });

  it('stops at the limit that it is given', () => {
    expect(evaluateCel('items.size() == 2000', { ...context, costLimit: 10 })).toBe(true);
    const looping = () => evaluateCel('items.all(i, true)', { ...context, costLimit: 10 });
    expect(looping).toThrow(CelCostError);
  });

  it('shares a budget among the expressions of a request', () => {
    const budget = new CostBudget(1_500_000);
    expect(budget.next).toBe(EXPRESSION_COST_LIMIT);
    budget.take(EXPRESSION_COST_LIMIT);
    expect(budget.next).toBe(500_000);
  });

  it('is taken from the budget by expressions that fail too', () => {
    const budget = new CostBudget(100);
    const run = () => evaluateCel('items.all(i, i >= 0)', { ...context, budget });
    expect(run).toThrow(CelCostError);
    expect(budget.spent).toBeGreaterThan(100);
    expect(run).toThrow(CelCostError);
    expect(budget.next).toBe(0);
  });

  it.each([
    ['a pattern that is computed', 'text.matches("[a-z]{" + "900}")', 'text.matches("[a-z]{900}")'],
    ['an address', 'isIP(text)', 'text.size() == 0'],
    ['a time', 'timestamp("2026-01-01T00:00:00Z") != null', 'text == longer'],
    ['a time in a zone', 'any.getHours("Asia/Tokyo") == 1', 'any.getHours() == 1'],
    ['a part that fails and is forgiven', '1 / 0 == 1 || true', '1 / 1 == 1 || true'],
    ['a text of the same length', 'text == same', 'text == longer'],
    ['the characters of a text', 'text.charAt(0) == "a"', 'text.startsWith("a")'],
  ])('%s costs more than what needs no work', (_name, dear, cheap) => {
    expect(costOf(dear)).toBeGreaterThan(costOf(cheap) + 10);
  });

  it('of a pattern that is computed does not depend on whether it was compiled before', () => {
    const rule = 'text.matches("^(a{1,30})" + "{1,30}$")';
    const first = costOf(rule);
    expect(first).toBeGreaterThan(10_000);
    expect(costOf(rule)).toBe(first);
  });
});
