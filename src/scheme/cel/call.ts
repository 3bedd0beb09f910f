import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Spend } from './cost.ts';
import { CelEvaluationError, noSuchOverload } from './errors.ts';
import { PARSE_COST } from './prices.ts';
import {
  CelDuration,
  CelList,
  CelMap,
  type CelOpaque,
  CelOptional,
  CelTimestamp,
  type CelValue,
} from './values.ts';

/** The arguments of one call, the receiver first, read as the types that the signature promises. */
export class Call {
  readonly name: string;
  readonly values: readonly CelValue[];
  readonly spend: Spend;

  constructor(name: string, values: readonly CelValue[], spend: Spend) {
    this.name = name;
    this.values = values;
    this.spend = spend;
  }

  value(index: number): CelValue {
    return this.values[index] as CelValue;
  }

  /** A text, which costs what reading it does. */
  string(index: number): string {
    const value = this.values[index];
    if (typeof value !== 'string') throw noSuchOverload(this.name);
    this.spend.chargeText(value.length);
    return value;
  }

  /** A text that is read to make something else of it. */
  parsed(index: number): string {
    this.spend.charge(PARSE_COST);
    return this.string(index);
  }

  /** A text that is taken apart into its characters: positions count those, not UTF-16 units. */
  characters(index: number): string[] {
    const text = this.string(index);
    this.spend.chargeText(2 * text.length);
    return Array.from(text);
  }

  int(index: number): bigint {
    const value = this.values[index];
    if (typeof value !== 'bigint') throw noSuchOverload(this.name);
    return value;
  }

  /** An int that is used as a position or a count. */
  index(index: number): number {
    return Number(this.int(index));
  }

  uint(index: number): bigint {
    const value = this.values[index];
    if (!(value instanceof UnsignedInt)) throw noSuchOverload(this.name);
    return value.value;
  }

  double(index: number): number {
    const value = this.values[index];
    if (typeof value !== 'number') throw noSuchOverload(this.name);
    return value;
  }

  bool(index: number): boolean {
    const value = this.values[index];
    if (typeof value !== 'boolean') throw noSuchOverload(this.name);
    return value;
  }

  bytes(index: number): Uint8Array {
    const value = this.values[index];
    if (!(value instanceof Uint8Array)) throw noSuchOverload(this.name);
    this.spend.chargeText(value.length);
    return value;
  }

  list(index: number): CelList {
    return this.instance(index, CelList);
  }

  map(index: number): CelMap {
    return this.instance(index, CelMap);
  }

  optional(index: number): CelOptional {
    return this.instance(index, CelOptional);
  }

  timestamp(index: number): CelTimestamp {
    return this.instance(index, CelTimestamp);
  }

  duration(index: number): CelDuration {
    return this.instance(index, CelDuration);
  }

  /** An argument of a library's own type. */
  instance<T extends CelList | CelMap | CelOptional | CelTimestamp | CelDuration | CelOpaque>(
    index: number,
    type: abstract new (...args: never[]) => T,
  ): T {
    const value = this.values[index];
    if (!(value instanceof type)) throw noSuchOverload(this.name);
    return value;
  }

  /** The elements of a list argument; each costs one. */
  elements(index: number): CelValue[] {
    const list = this.list(index);
    this.spend.charge(list.size);
    return Array.from({ length: list.size }, (_, position) => list.at(position));
  }

  /** The elements of a list argument of texts. */
  strings(index: number): string[] {
    return this.elements(index).map((element) => {
      if (typeof element !== 'string') throw noSuchOverload(this.name);
      this.spend.chargeText(element.length);
      return element;
    });
  }

  fail(message: string): never {
    throw new CelEvaluationError(message);
  }
}
