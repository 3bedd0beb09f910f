import { define, type Overload } from '../functions.ts';

export const JSON_PATCH: readonly Overload[] = [
  /** A key as one step of a JSON pointer. */
  define('jsonpatch.escapeKey(string): string', (call) =>
    call.string(0).replaceAll('~', '~0').replaceAll('/', '~1'),
  ),
];
