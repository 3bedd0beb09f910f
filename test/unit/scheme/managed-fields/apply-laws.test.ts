import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isApiError } from '../../../../src/scheme/errors.ts';
import { extractConfiguration } from '../../../../src/scheme/managed-fields/extract.ts';
import { FieldSet } from '../../../../src/scheme/managed-fields/field-set.ts';
import { fieldSetText } from '../../../../src/scheme/managed-fields/field-set-text.ts';
import { type Managers, writeManagers } from '../../../../src/scheme/managed-fields/managers.ts';
import { ownedFields } from '../../../../src/scheme/managed-fields/owned-fields.ts';
import {
  type ApplyStep,
  applyTo,
  arbitraryBody,
  DEPLOYMENT_STRUCTURE,
  deployment,
  EMPTY_WORLD,
  type World,
} from '../../../support/managed-fields.ts';

const manager = fc.constantFrom('alice', 'bob', 'carol');
const forcedStep = fc.record({ manager, body: arbitraryBody(), force: fc.constant(true) });
const history = fc.array(forcedStep, { maxLength: 5 });

const run = (steps: readonly ApplyStep[], from: World = EMPTY_WORLD): World =>
  steps.reduce<World>((world, step) => applyTo(world, step), from);

/** Every path of an object: that of what holds an owned field, too. */
function pathsOf(object: object): FieldSet {
  const mark = (set: FieldSet): FieldSet =>
    new FieldSet(
      true,
      new Map([...set.children].map(([element, below]) => [element, mark(below)])),
    );
  return mark(ownedFields(object, DEPLOYMENT_STRUCTURE));
}

const fieldsOf = (managers: Managers, name: string) =>
  managers.find((each) => each.manager === name)?.fields;

const texts = (managers: Managers): string[] =>
  managers.map((each) => `${each.manager}: ${fieldSetText(each.fields)}`).sort();

test('apply is idempotent, its time included', () => {
  fc.assert(
    fc.property(history, forcedStep, (before, step) => {
      const once = applyTo(run(before), { ...step, time: '2026-01-01T00:00:01Z' });
      const twice = applyTo(once, { ...step, time: '2026-01-01T00:00:02Z' });
      expect(twice.live).toEqual(once.live);
      expect(writeManagers(twice.managers)).toEqual(writeManagers(once.managers));
    }),
  );
});

test('the applier owns what it says, and the object says it', () => {
  fc.assert(
    fc.property(history, forcedStep, (before, step) => {
      const { live, managers } = applyTo(run(before), step);
      const said = ownedFields(deployment(step.body), DEPLOYMENT_STRUCTURE);
      const owned = fieldsOf(managers, step.manager);
      if (owned) expect(said.includes(owned)).toBe(true);
      expect(pathsOf(live as object).includes(said)).toBe(true);
    }),
  );
});

test('a manager never removes the field of another', () => {
  fc.assert(
    fc.property(history, forcedStep, (before, step) => {
      const world = run(before);
      const after = applyTo(world, step);
      const there = pathsOf(after.live as object);
      const said = ownedFields(deployment(step.body), DEPLOYMENT_STRUCTURE);
      for (const other of world.managers) {
        if (other.manager === step.manager) continue;
        // What atomic values hold is replaced with them, which is a change, not a removal.
        const kept = other.fields.difference(said);
        expect(kept.difference(there).paths()).toEqual([]);
      }
    }),
  );
});

test('managers of disjoint fields commute', () => {
  const left = arbitraryBody(fc.constantFrom('a', 'b'));
  const right = arbitraryBody(fc.constantFrom('c', 'd'));
  const disjoint = fc.tuple(left, right).filter(([a, b]) => {
    const said = (body: object) => ownedFields(deployment(body as never), DEPLOYMENT_STRUCTURE);
    const name = ownedFields(deployment({}), DEPLOYMENT_STRUCTURE);
    return !said(a).difference(name).overlaps(said(b).difference(name));
  });
  fc.assert(
    fc.property(disjoint, ([a, b]) => {
      const alice = { manager: 'alice', body: a };
      const bob = { manager: 'bob', body: b };
      const one = run([alice, bob]);
      const other = run([bob, alice]);
      const named = ({ live }: World) => ownedFields(live as object, DEPLOYMENT_STRUCTURE).paths();
      expect(named(one)).toEqual(named(other));
      expect(texts(one.managers)).toEqual(texts(other.managers));
    }),
  );
});

test('without force an apply that changes the field of another is refused, and with force it owns the field', () => {
  fc.assert(
    fc.property(history, forcedStep, (before, step) => {
      const world = run(before);
      const forced = applyTo(world, step);
      const lost = world.managers.filter(
        (each) =>
          each.manager !== step.manager &&
          fieldsOf(forced.managers, each.manager)?.includes(each.fields) !== true,
      );
      const attempt = () => applyTo(world, { ...step, force: false });
      if (lost.length === 0) {
        expect(texts(attempt().managers)).toEqual(texts(forced.managers));
        return;
      }
      let refused: unknown;
      try {
        attempt();
      } catch (thrown) {
        refused = thrown;
      }
      expect(isApiError(refused, 'Conflict')).toBe(true);
      for (const { manager: name } of lost) {
        expect((refused as Error).message).toContain(`"${name}"`);
      }
    }),
  );
});

test('whoever applies nothing more leaves nothing that is theirs alone', () => {
  fc.assert(
    fc.property(forcedStep, (step) => {
      const { managers, live } = run([step, { ...step, body: {} }]);
      expect(fieldsOf(managers, step.manager)).toBeUndefined();
      expect(live).toEqual(deployment({}));
    }),
  );
});

test('what is extracted can be applied again and changes nothing', () => {
  fc.assert(
    fc.property(history, forcedStep, (before, step) => {
      const world = applyTo(run(before), step);
      const entries = writeManagers(world.managers);
      const object = {
        ...world.object,
        metadata: { ...world.object.metadata, ...(entries ? { managedFields: entries } : {}) },
      };
      const extracted = extractConfiguration(
        object,
        { manager: step.manager },
        DEPLOYMENT_STRUCTURE,
      );
      const { apiVersion: _a, kind: _k, ...body } = extracted as never as Record<string, unknown>;
      const again = applyTo(world, { manager: step.manager, body });
      expect(again.live).toEqual(world.live);
      expect(texts(again.managers)).toEqual(texts(world.managers));
    }),
  );
});
