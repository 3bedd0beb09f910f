import { cloneJson, deepEqual } from '../../../lib/deep-equal.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { AdmissionRequest } from '../plugin.ts';

/**
 * Who has changed which request, for the second round: only those take part that ask for it, and only where the object is
 * no more what it was after their own turn.
 */
export class Reinvocations {
  readonly #left = new WeakMap<AdmissionRequest, Map<object, ApiObject>>();

  /** Whether `changer` is to be asked in this round. */
  isDue(request: AdmissionRequest, changer: object, isRepeatable: boolean): boolean {
    if (!request.isReinvocation) return true;
    const left = this.#left.get(request)?.get(changer);
    // One that did not match in the first round may match now.
    if (left === undefined) return true;
    return isRepeatable && !deepEqual(left, request.object);
  }

  /** `changer` is done; `before` is the object as it was before its turn. */
  settle(request: AdmissionRequest, changer: object, before: ApiObject): void {
    if (request.isReinvocation) return;
    const left = this.#left.get(request) ?? new Map<object, ApiObject>();
    this.#left.set(request, left.set(changer, cloneJson(request.object)));
    if (request.object !== before) request.reinvoke();
  }
}
