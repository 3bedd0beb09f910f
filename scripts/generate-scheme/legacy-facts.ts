/** What removed versions said differently, beyond what their published models and their successors tell. */
import type { FieldType } from '../../src/scheme/structural-schema.ts';

/** Types that the models show as plain numbers or texts, of fields without a successor, by `group.version.Type.field`. */
export const LEGACY_TYPES: Readonly<Record<string, FieldType>> = {};

/** Fields that a successor has instead of others of the old version, by `group.version.Type.field`. */
export const NOT_IN_LEGACY: ReadonlySet<string> = new Set([]);
