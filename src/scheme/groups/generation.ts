/** Kinds whose changes nobody has to observe have no `metadata.generation`. */
import type { KindStrategy } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';

export function dropGeneration({ metadata }: ApiObject): void {
  delete metadata.generation;
}

export const neverChangesGeneration = (): boolean => false;

/** The two halves, for kinds that prepare nothing else. */
export const WITHOUT_GENERATION: Pick<KindStrategy, 'prepareForCreate' | 'changesGeneration'> = {
  prepareForCreate: dropGeneration,
  changesGeneration: neverChangesGeneration,
};
