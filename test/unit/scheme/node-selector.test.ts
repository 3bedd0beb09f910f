import { describe, expect, test } from '@jest/globals';
import type { NodeSelectorTerm } from '../../../src/scheme/generated/types/core-v1.ts';
import { compileNodeSelector, compileTerm, namesOnly } from '../../../src/scheme/node-selector.ts';
import { buildNode } from '../../support/builders.ts';

const node = buildNode({ name: 'node-a', labels: { zone: 'a', cores: '8', gpu: '' } });

function expectTerm(term: NodeSelectorTerm, matches: boolean): void {
  expect(compileTerm(term)(node)).toBe(matches);
}

describe('a node selector term', () => {
  test.each([
    ['In finds the value', { key: 'zone', operator: 'In', values: ['a', 'b'] }, true],
    ['In misses another value', { key: 'zone', operator: 'In', values: ['b'] }, false],
    ['In misses an absent label', { key: 'rack', operator: 'In', values: ['a'] }, false],
    ['NotIn accepts another value', { key: 'zone', operator: 'NotIn', values: ['b'] }, true],
    ['NotIn accepts an absent label', { key: 'rack', operator: 'NotIn', values: ['a'] }, true],
    ['NotIn refuses the value', { key: 'zone', operator: 'NotIn', values: ['a'] }, false],
    ['Exists accepts an empty value', { key: 'gpu', operator: 'Exists' }, true],
    ['Exists refuses an absent label', { key: 'rack', operator: 'Exists' }, false],
    ['DoesNotExist accepts an absent label', { key: 'rack', operator: 'DoesNotExist' }, true],
    ['DoesNotExist refuses a label', { key: 'gpu', operator: 'DoesNotExist' }, false],
    ['Gt compares as numbers', { key: 'cores', operator: 'Gt', values: ['10'] }, false],
    ['Gt accepts a greater label', { key: 'cores', operator: 'Gt', values: ['7'] }, true],
    ['Lt accepts a lesser label', { key: 'cores', operator: 'Lt', values: ['10'] }, true],
    ['Gt refuses what is no number', { key: 'zone', operator: 'Gt', values: ['1'] }, false],
  ] as const)('%s', (_, requirement, matches) => {
    const copy = { ...requirement, values: 'values' in requirement ? [...requirement.values] : [] };
    expectTerm({ matchExpressions: [copy] }, matches);
  });

  test('needs every one of its requirements', () => {
    const zone = { key: 'zone', operator: 'In' as const, values: ['a'] };
    expectTerm({ matchExpressions: [zone, { key: 'rack', operator: 'Exists' }] }, false);
  });

  test('without requirements matches nothing', () => {
    expectTerm({}, false);
  });

  test('matches the name of the node by field', () => {
    const byName = (name: string): NodeSelectorTerm => ({
      matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }],
    });
    expectTerm(byName('node-a'), true);
    expectTerm(byName('node-b'), false);
  });
});

test('a node selector matches when one of its terms does', () => {
  const matches = compileNodeSelector({
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'rack', operator: 'Exists' }] },
      { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] },
    ],
  });
  expect(matches(node)).toBe(true);
});

test('only a selector whose every term pins the name limits the nodes to look at', () => {
  const pinned = {
    matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['x'] }],
  };
  expect(namesOnly({ nodeSelectorTerms: [pinned] })).toEqual(new Set(['x']));
  expect(namesOnly({ nodeSelectorTerms: [pinned, { matchExpressions: [] }] })).toBeUndefined();
});
