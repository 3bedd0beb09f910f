import { expect, test } from '@jest/globals';
import { didYouMean, didYouMeanHint } from '../../../src/lib/did-you-mean.ts';

const FIELDS = ['containers', 'initContainers', 'volumes', 'nodeName'];

test('a slip of two letters finds the word', () => {
  expect(didYouMean('contianers', FIELDS)).toEqual(['containers']);
});

test('another case finds the word', () => {
  expect(didYouMean('nodename', FIELDS)).toEqual(['nodeName']);
});

test('what resembles nothing suggests nothing', () => {
  expect(didYouMean('frobnicate', FIELDS)).toEqual([]);
  expect(didYouMeanHint('frobnicate', FIELDS)).toBe('');
});

test('the closest comes first', () => {
  expect(didYouMeanHint('volume', ['volumeName', 'volumes'])).toBe(', did you mean "volumes"?');
});
