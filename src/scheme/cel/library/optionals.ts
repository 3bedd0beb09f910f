import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { define, type Overload } from '../functions.ts';
import { CelDuration, CelList, CelMap, CelOptional, type CelValue } from '../values.ts';

/** Whether a value is its type's empty one: 0, "", false, null, an empty list or map. */
function isZero(value: CelValue): boolean {
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelDuration) return value.nanos === 0n;
  if (value instanceof UnsignedInt) return value.value === 0n;
  return value === null || value === '' || value === false || value === 0n || value === 0;
}

export const OPTIONALS: readonly Overload[] = [
  define('optional.of(T): optional<T>', (call) => new CelOptional(call.value(0))),
  define('optional.none(): optional<T>', () => CelOptional.NONE),
  define('optional.ofNonZeroValue(T): optional<T>', (call) =>
    isZero(call.value(0)) ? CelOptional.NONE : new CelOptional(call.value(0)),
  ),
  define('optional<T>::hasValue(): bool', (call) => call.optional(0).value !== undefined),
  define('optional<T>::value(): T', (call) => {
    const { value } = call.optional(0);
    return value === undefined ? call.fail('optional.none() dereference') : value;
  }),
  define('optional<T>::or(optional<T>): optional<T>', (call) =>
    call.optional(0).value === undefined ? call.optional(1) : call.optional(0),
  ),
  define('optional<T>::orValue(T): T', (call) => {
    const { value } = call.optional(0);
    return value === undefined ? call.value(1) : value;
  }),
];
