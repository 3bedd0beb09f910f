import { deepEqual } from '../../lib/deep-equal.ts';
import {
  flowcontrolFlowSchemas,
  flowcontrolPriorityLevelConfigurations,
} from '../../scheme/generated/resources.ts';
import type {
  FlowSchema,
  PriorityLevelConfiguration,
} from '../../scheme/generated/types/flowcontrol-v1.ts';
import type { NewObject } from '../client.ts';
import { defaultsOf, type Mending } from '../reconcile-defaults.ts';
import {
  ANNOTATION_AUTOUPDATE_SPEC,
  DEFAULT_FLOW_SCHEMAS,
  DEFAULT_PRIORITY_LEVELS,
} from './default-flows.ts';

/** A start gives a default its spec back, unless somebody said that it is theirs. */
function mendSpec<T extends FlowSchema | PriorityLevelConfiguration>(
  current: T,
  expected: NewObject<T>,
): Mending<T> {
  if (current.metadata.annotations?.[ANNOTATION_AUTOUPDATE_SPEC] === 'false') return undefined;
  const mended = { ...current, spec: (expected as T).spec };
  return deepEqual(mended, current) ? undefined : mended;
}

/** The flow schemas and priority levels that every cluster has, with how a start mends them. */
export const DEFAULT_FLOWS = [
  defaultsOf(flowcontrolPriorityLevelConfigurations, DEFAULT_PRIORITY_LEVELS, mendSpec),
  defaultsOf(flowcontrolFlowSchemas, DEFAULT_FLOW_SCHEMAS, mendSpec),
];
