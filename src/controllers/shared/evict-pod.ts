import type { ControllerContext } from '../../machinery/controller.ts';
import { type Disruption, withDisruptionTarget } from '../../scheme/disruption-target.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from './api-errors.ts';

/** Says on the Pod why it goes, and deletes it; one that has its name since is left alone. */
export async function evictPod(
  { client, clock }: Pick<ControllerContext, 'client' | 'clock'>,
  pod: Pod,
  disruption: Disruption,
): Promise<void> {
  const { namespace, name = '', uid = '' } = pod.metadata;
  const marked = withDisruptionTarget(pod, disruption, clock.now());
  if (marked !== pod) {
    const updated = await ignoreNotFound(
      client.update(corePods, marked, { subresource: 'status' }),
    );
    if (!updated) return;
  }
  await ignoreNotFound(client.delete(corePods, { namespace, name }, { preconditions: { uid } }));
}
