import { DEFAULT_NAMESPACE, parseResourceArguments } from '../arguments/resource-arguments.ts';
import { UsageError } from '../cli-error.ts';
import type { GlobalOptions } from '../command.ts';

/** What has rollouts. */
export type RolloutType = 'deployment' | 'daemonset' | 'statefulset';

export interface RolloutPlace {
  readonly type: RolloutType;
  readonly namespace: string;
  readonly name: string;
}

export const ROLLOUT_ARGUMENTS = 'deployment, daemonset or statefulset NAME..., or TYPE/NAME...';

const TYPES: Readonly<Record<string, RolloutType>> = {
  deployment: 'deployment',
  deployments: 'deployment',
  deploy: 'deployment',
  daemonset: 'daemonset',
  daemonsets: 'daemonset',
  ds: 'daemonset',
  statefulset: 'statefulset',
  statefulsets: 'statefulset',
  sts: 'statefulset',
};

/** Which rollouts the arguments name. @throws {UsageError} when they name something else or nothing */
export function toRolloutPlaces(
  args: readonly string[],
  options: GlobalOptions,
): readonly [RolloutPlace, ...RolloutPlace[]] {
  const namespace = options.namespace ?? DEFAULT_NAMESPACE;
  const missing = 'required resource not specified: name a deployment';
  const places = parseResourceArguments(args).map(({ resource, name }) => {
    const [word = '', ...rest] = resource.toLowerCase().split('.');
    const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined;
    if (!type || !['', 'apps', 'v1.apps'].includes(rest.join('.'))) {
      throw new UsageError(`"${resource}" has no rollouts here: name a deployment`);
    }
    if (name === undefined) throw new UsageError(missing);
    return { type, namespace, name };
  });
  const [first, ...others] = places;
  if (!first) throw new UsageError(missing);
  return [first, ...others];
}

/** As {@link toRolloutPlaces}, of exactly one. */
export function toRolloutPlace(args: readonly string[], options: GlobalOptions): RolloutPlace {
  const [place, ...others] = toRolloutPlaces(args, options);
  if (others.length > 0) throw new UsageError('name one rollout at a time');
  return place;
}
