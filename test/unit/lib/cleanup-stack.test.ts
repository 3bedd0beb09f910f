import { expect, test } from '@jest/globals';
import { CleanupStack } from '../../../src/lib/cleanup-stack.ts';

test('what was done last is undone first, and once', async () => {
  const stack = new CleanupStack();
  const undone: string[] = [];
  stack.defer(() => void undone.push('first'));
  stack.defer(async () => void undone.push('second'));
  await stack.run();
  await stack.run();
  expect(undone).toEqual(['second', 'first']);
});

test('a step that fails keeps none of the others from running', async () => {
  const undone: string[] = [];
  const stack = new CleanupStack();
  stack.defer(() => void undone.push('first'));
  stack.defer(() => {
    throw new Error('stuck');
  });
  await expect(stack.run()).rejects.toThrow('stuck');
  expect(undone).toEqual(['first']);
});

test('several failures are told together', async () => {
  const stack = new CleanupStack();
  for (const word of ['one', 'two']) {
    stack.defer(() => Promise.reject(new Error(word)));
  }
  const failure = await stack.run().catch((error: AggregateError) => error);
  expect(failure).toBeInstanceOf(AggregateError);
  expect((failure as AggregateError).errors.map((error: Error) => error.message)).toEqual([
    'two',
    'one',
  ]);
});
