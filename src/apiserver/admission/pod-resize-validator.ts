import { deepEqual } from '../../lib/deep-equal.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { Node, Pod, PodSpec } from '../../scheme/generated/types/core-v1.ts';
import { amountOf, podRequests } from '../../scheme/resources-of-pod.ts';
import { concerning } from './match.ts';
import { NODES, nodeOf } from './node-of-pod.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { refusal } from './refuse.ts';

const LABEL_OS = 'kubernetes.io/os';

/** A running Pod is not resized to what its node can never give. */
export const podResizeValidator: AdmissionPlugin = {
  name: 'PodResizeValidator',
  reads: [NODES],
  handles: concerning('pods', ['UPDATE'], 'resize'),
  validate(request) {
    const { spec } = request.object as Pod;
    if (!spec?.nodeName || deepEqual(spec, (request.current as Pod).spec)) return;
    const node = nodeOf(request, request.object as Pod);
    const excess = excessOf(spec, node);
    if (excess) {
      const why = `Node didn't have enough allocatable resources: ${excess}`;
      throw withCause(request, 'NodeCapacity', why);
    }
    const os = node.metadata.labels?.[LABEL_OS] ?? '';
    if (os === 'linux') return;
    const why = `pod resize is only supported on linux nodes, node "${node.metadata.name}" is "${os}"`;
    throw withCause(request, 'UnsupportedPlatform', why);
  },
};

function excessOf(spec: PodSpec, { status }: Node): string {
  const requests = podRequests(spec);
  return ['cpu', 'memory']
    .flatMap((resource) => {
      const requested = requests[resource] ?? 0;
      const allocatable = amountOf(resource, status?.allocatable?.[resource] ?? '0');
      if (requested <= allocatable) return [];
      return [`${resource}, requested: ${requested}, allocatable: ${allocatable}`];
    })
    .join('; ');
}

/** The refusal with what autoscalers tell its kinds apart by. */
function withCause(request: AdmissionRequest, reason: string, why: string): ApiError {
  const { details, message } = refusal(request, why);
  return new ApiError('Forbidden', message, { ...details, causes: [{ reason, message: why }] });
}
