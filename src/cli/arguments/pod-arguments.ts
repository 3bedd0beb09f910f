import { UsageError } from '../cli-error.ts';
import { parseResourceArguments } from './resource-arguments.ts';

const POD_WORDS = /^(?:po|pods?)$/;

/** The name in `pod NAME` or `pod/NAME`. @throws {UsageError} */
export function parsePodArguments(args: readonly string[]): string {
  const [selection, ...others] = parseResourceArguments(args);
  if (!selection || !POD_WORDS.test(selection.resource)) {
    throw new UsageError('only Pods are scheduled: give pod NAME');
  }
  if (others.length > 0) throw new UsageError('give one Pod at a time');
  if (selection.name === undefined) throw new UsageError('give the name of the Pod: pod NAME');
  return selection.name;
}
