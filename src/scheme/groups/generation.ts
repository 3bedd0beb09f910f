/** Kinds whose changes nobody has to observe have no `metadata.generation`. */
import type { KindStrategy } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';
import { WITH_STATUS } from './status.ts';

export function dropGeneration({ metadata }: ApiObject): void {
  delete metadata.generation;
}

export const neverChangesGeneration = (): boolean => false;

/** The two halves, for kinds that prepare nothing else. */
export const WITHOUT_GENERATION: Pick<KindStrategy, 'prepareForCreate' | 'changesGeneration'> = {
  prepareForCreate: dropGeneration,
  changesGeneration: neverChangesGeneration,
};

/** The same, for kinds that have a status too. */
export const STATUS_WITHOUT_GENERATION: typeof WITH_STATUS & typeof WITHOUT_GENERATION = {
  ...WITH_STATUS,
  prepareForCreate(object: ApiObject & { status?: unknown }) {
    delete object.status;
    dropGeneration(object);
  },
  changesGeneration: neverChangesGeneration,
};
