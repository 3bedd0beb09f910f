import type { Target } from '../../apiserver/client.ts';
import type { ResourcePath } from '../request/resource-path.ts';

/** The object that a path names. */
export function targetOf({ namespace, name = '' }: ResourcePath): Target {
  return { namespace, name };
}
