import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { rewind } from '../../../src/store/cache/rewind.ts';
import { byCodeUnits } from '../../../src/store/cache/sorted-objects.ts';
import type { StoreEvent } from '../../../src/store/store.ts';
import { testSeed } from '../../support/test-seed.ts';

type State = ReadonlyMap<string, ApiObject>;

/** A change of the object at this place: made if it is not there, changed or deleted if it is. */
interface Change {
  readonly namespace: string;
  readonly name: string;
  readonly deletes: boolean;
}

const change: fc.Arbitrary<Change> = fc.record({
  namespace: fc.constantFrom('', 'a', 'b'),
  name: fc.constantFrom('x', 'y', 'z', 'a'),
  deletes: fc.boolean(),
});

/** Plays the changes from nothing: the states after each of them, and the events between them. */
function play(changes: readonly Change[]): { states: State[]; events: StoreEvent[] } {
  const states: State[] = [new Map()];
  const events = changes.map(({ namespace, name, deletes }, index): StoreEvent => {
    const resourceVersion = String(index + 1);
    const state = new Map(states[index]);
    const key = { group: '', resource: 'things', namespace, name };
    const metadata = { name, resourceVersion, ...(namespace ? { namespace } : {}) };
    const object: ApiObject = { apiVersion: 'v1', kind: 'Thing', metadata };
    const previous = state.get(`${namespace}/${name}`);
    const type = previous === undefined ? 'ADDED' : deletes ? 'DELETED' : 'MODIFIED';
    if (type === 'DELETED') state.delete(`${namespace}/${name}`);
    else state.set(`${namespace}/${name}`, object);
    states.push(state);
    return { type, key, object, resourceVersion, ...(previous ? { previous } : {}) };
  });
  return { states, events };
}

/** As the caches list: by namespace, then name. */
function list(state: State | undefined, namespace?: string): readonly ApiObject[] {
  return [...(state?.values() ?? [])]
    .filter(({ metadata }) => namespace === undefined || (metadata.namespace ?? '') === namespace)
    .sort(
      (a, b) =>
        byCodeUnits(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
        byCodeUnits(a.metadata.name ?? '', b.metadata.name ?? ''),
    );
}

test('the present and the events since give every state of the past, of all namespaces and of one', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 40 }),
      fc.nat(40),
      fc.constantFrom(undefined, 'a', 'b'),
      (changes, moment, namespace) => {
        const { states, events } = play(changes);
        const at = Math.min(moment, changes.length);
        const rewound = rewind(
          list(states[changes.length], namespace),
          events.slice(at),
          namespace,
        );
        expect(rewound).toEqual(list(states[at], namespace));
      },
    ),
    { seed: testSeed(), numRuns: 300 },
  );
});
