import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  QuantityError,
  subtractQuantities,
} from '../../quantity.ts';
import type { Call } from '../call.ts';
import { CelEvaluationError } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { CelOpaque } from '../values.ts';
import { parses } from './ip.ts';

const NANO_PER_UNIT = 1_000_000_000n;
const MAX_INT = 2n ** 63n - 1n;

class QuantityValue extends CelOpaque {
  readonly typeName = 'kubernetes.Quantity';
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof QuantityValue && other.quantity.nano === this.quantity.nano;
  }
}

/** @throws {CelEvaluationError} when the text is no quantity */
export function quantityValue(text: string): QuantityValue {
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    if (error instanceof QuantityError)
      throw new CelEvaluationError(error.message, { cause: error });
    throw error;
  }
}

const at = (call: Call, index: number): Quantity => call.instance(index, QuantityValue).quantity;

/** An int argument as a quantity. */
const units = (call: Call, index: number): Quantity => ({
  nano: call.int(index) * NANO_PER_UNIT,
  format: 'DecimalSI',
});

function isInteger({ nano }: Quantity): boolean {
  const value = nano / NANO_PER_UNIT;
  return nano % NANO_PER_UNIT === 0n && value <= MAX_INT && value >= -MAX_INT - 1n;
}

function asInteger(quantity: Quantity): bigint {
  if (isInteger(quantity)) return quantity.nano / NANO_PER_UNIT;
  throw new CelEvaluationError('cannot convert value to integer');
}

const sign = ({ nano }: Quantity): bigint => (nano === 0n ? 0n : nano > 0n ? 1n : -1n);

const Q = 'kubernetes.Quantity';

export const QUANTITIES: readonly Overload[] = [
  define('isQuantity(string): bool', (call) => parses(quantityValue, call.parsed(0))),
  define(`quantity(string): ${Q}`, (call) => quantityValue(call.parsed(0))),
  define(`${Q}::sign(): int`, (call) => sign(at(call, 0))),
  define(`${Q}::isInteger(): bool`, (call) => isInteger(at(call, 0))),
  define(`${Q}::asInteger(): int`, (call) => asInteger(at(call, 0))),
  define(`${Q}::asApproximateFloat(): double`, (call) => Number(at(call, 0).nano) / 1e9),
  define(
    `${Q}::add(${Q}): ${Q}`,
    (call) => new QuantityValue(addQuantities(at(call, 0), at(call, 1))),
  ),
  define(
    `${Q}::add(int): ${Q}`,
    (call) => new QuantityValue(addQuantities(at(call, 0), units(call, 1))),
  ),
  define(
    `${Q}::sub(${Q}): ${Q}`,
    (call) => new QuantityValue(subtractQuantities(at(call, 0), at(call, 1))),
  ),
  define(
    `${Q}::sub(int): ${Q}`,
    (call) => new QuantityValue(subtractQuantities(at(call, 0), units(call, 1))),
  ),
  define(
    `${Q}::isGreaterThan(${Q}): bool`,
    (call) => compareQuantities(at(call, 0), at(call, 1)) > 0,
  ),
  define(`${Q}::isLessThan(${Q}): bool`, (call) => compareQuantities(at(call, 0), at(call, 1)) < 0),
  define(`${Q}::compareTo(${Q}): int`, (call) =>
    BigInt(compareQuantities(at(call, 0), at(call, 1))),
  ),
];
