import { toRfc3339 } from '../../lib/clock.ts';
import { flowcontrolPriorityLevelConfigurations } from '../../scheme/generated/resources.ts';
import type { FlowSchema } from '../../scheme/generated/types/flowcontrol-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { CompanionState, Companions } from '../registry/companions.ts';
import { withDanglingCondition } from './dangling.ts';

const { group, resource } = flowcontrolPriorityLevelConfigurations;
const LEVELS = { group, resource };

/** A FlowSchema says from the first whether its level is there; the keeper tells it when levels come and go. */
export const flowSchemaCompanions: Companions = {
  reads: [LEVELS],
  forCreate: complete,
  forUpdate: (next, _current, state) => complete(next, state),
  forDelete: () => [],
  isLostRace: () => false,
};

function complete(next: ApiObject, state: CompanionState): [] {
  const schema = next as FlowSchema;
  const { name = '' } = schema.spec?.priorityLevelConfiguration ?? {};
  const exists = state.cache(LEVELS).get('', name) !== undefined;
  const { status } = withDanglingCondition(schema, exists, toRfc3339(state.nowMs));
  if (status) schema.status = status;
  return [];
}
