import type { Pod } from '../scheme/generated/types/core-v1.ts';
import { controllerOf } from '../scheme/object.ts';

/** Whether the Pod is there to do something and end, and not to serve: a Job's. */
export function isWork(pod: Pod): boolean {
  return controllerOf(pod)?.kind === 'Job';
}
