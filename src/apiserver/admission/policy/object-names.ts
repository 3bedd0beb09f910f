import { CelEvaluationError } from '../../../scheme/cel/errors.ts';
import { CelList, CelMap, type CelValue } from '../../../scheme/cel/values.ts';

/**
 * What a mutating policy builds must name its parts by where they are: `Object.spec` in the field `spec` of an `Object`.
 * @throws {CelEvaluationError}
 */
export function assertTypeNames(value: CelValue, expected = 'Object'): void {
  if (value instanceof CelList) {
    for (let index = 0; index < value.size; index++) assertTypeNames(value.at(index), expected);
    return;
  }
  if (!(value instanceof CelMap) || value.typeName === undefined) return;
  if (value.typeName !== expected) {
    throw new CelEvaluationError(
      `unexpected type name "${value.typeName}", expected "${expected}", which matches field name path from root Object type`,
    );
  }
  for (const key of value.keys()) {
    const member = value.get(key);
    if (member !== undefined) assertTypeNames(member, `${expected}.${String(key)}`);
  }
}
