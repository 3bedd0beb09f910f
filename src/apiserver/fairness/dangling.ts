/** Whether the priority level that a FlowSchema names is there, as its status says it. Pure. */
import { setCondition } from '../../scheme/conditions.ts';
import type {
  FlowSchema,
  FlowSchemaCondition,
} from '../../scheme/generated/types/flowcontrol-v1.ts';

const CONDITION_DANGLING = 'Dangling';

/** A condition as it is written: all of it. */
type Condition = Required<FlowSchemaCondition>;

/** @param now RFC 3339. @returns the schema itself when its status says so already */
export function withDanglingCondition(
  schema: FlowSchema,
  levelExists: boolean,
  now: string,
): FlowSchema {
  const level = schema.spec?.priorityLevelConfiguration.name ?? '';
  const named = `This FlowSchema references the PriorityLevelConfiguration object named "${level}"`;
  const condition: Condition = {
    type: CONDITION_DANGLING,
    status: levelExists ? 'False' : 'True',
    reason: levelExists ? 'Found' : 'NotFound',
    message: levelExists ? `${named} and it exists` : `${named} but there is no such object`,
    lastTransitionTime: now,
  };
  const before = (schema.status?.conditions ?? []) as Condition[];
  const conditions = setCondition(before, condition);
  return conditions === before ? schema : { ...schema, status: { conditions: [...conditions] } };
}
