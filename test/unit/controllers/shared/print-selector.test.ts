import { expect, test } from '@jest/globals';
import { printSelector } from '../../../../src/controllers/shared/print-selector.ts';
import type { LabelSelector } from '../../../../src/scheme/generated/types/meta-v1.ts';

test.each<[selector: LabelSelector | undefined, text: string]>([
  [undefined, 'nil'],
  [
    {},
    '&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{},}',
  ],
  [
    { matchLabels: { queue: 'mail', app: 'web' } },
    '&LabelSelector{MatchLabels:map[string]string{app: web,queue: mail,},MatchExpressions:[]LabelSelectorRequirement{},}',
  ],
  [
    {
      matchExpressions: [
        { key: 'app', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    },
    '&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:app,Operator:In,Values:[a b],},LabelSelectorRequirement{Key:old,Operator:DoesNotExist,Values:[],},},}',
  ],
])('%j is printed as Go prints it', (selector, text) => {
  expect(printSelector(selector)).toBe(text);
});
