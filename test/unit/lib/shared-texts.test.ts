import { expect, test } from '@jest/globals';
import { SharedTexts } from '../../../src/lib/shared-texts.ts';

test('equal texts are one', () => {
  const texts = new SharedTexts(2);
  expect(texts.share('a')).toBe('a');
  expect(texts.share(['a'].join(''))).toBe('a');
});

test('what comes again is remembered, whatever else comes by', () => {
  const texts = new SharedTexts(2);
  for (let i = 0; i < 1000; i++) {
    expect(texts.share('again')).toBe('again');
    expect(texts.share(`once ${i}`)).toBe(`once ${i}`);
  }
});
