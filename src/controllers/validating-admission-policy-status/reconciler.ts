/**
 * Type checking of admission policies: what a ValidatingAdmissionPolicy says that cannot be right of the kinds that it names is
 * told in its status. The policy works all the same: the kinds may change, and `*` may match others.
 */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { admissionregistrationValidatingAdmissionPolicies } from '../../scheme/generated/resources.ts';
import type { ValidatingAdmissionPolicy } from '../../scheme/generated/types/admissionregistration-v1.ts';
import {
  type TypeSource,
  typeCheckPolicy,
} from '../../scheme/groups/admissionregistration/type-check.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';

export interface ValidatingAdmissionPolicyStatusOptions {
  /** The kinds that are served, and their types. */
  readonly types: TypeSource;
}

/** Its keys are names of policies. */
export function createValidatingAdmissionPolicyStatusController({
  types,
}: ValidatingAdmissionPolicyStatusOptions): Controller {
  return {
    name: 'validatingadmissionpolicy-status',
    concurrency: 1,
    setUp(context) {
      const { informers, queue } = context;
      const policies = informers.informer(admissionregistrationValidatingAdmissionPolicies);
      const enqueue = ({ metadata }: ApiObject): void => queue.add(metadata.name ?? '');
      policies.addHandler({ onAdd: enqueue, onUpdate: (_, policy) => enqueue(policy) });
      return async (name) => {
        const policy = policies.get(name);
        if (policy && isDue(policy)) await writeStatus(context, policy, types);
        return done;
      };
    },
  };
}

function isDue({ metadata, status }: ValidatingAdmissionPolicy): boolean {
  return status?.typeChecking === undefined || status.observedGeneration !== metadata.generation;
}

async function writeStatus(
  { client }: ControllerContext,
  policy: ValidatingAdmissionPolicy,
  types: TypeSource,
): Promise<void> {
  const expressionWarnings = typeCheckPolicy(policy, types);
  const { generation } = policy.metadata;
  const status: ValidatingAdmissionPolicy['status'] = {
    ...policy.status,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {},
  };
  const changed = { ...policy, status };
  await ignoreNotFound(
    client.update(admissionregistrationValidatingAdmissionPolicies, changed, {
      subresource: 'status',
    }),
  );
}
