import { expect, test } from '@jest/globals';
import { admissionregistrationValidatingAdmissionPolicies } from '../../../src/scheme/generated/resources.ts';
import type { Validation } from '../../../src/scheme/generated/types/admissionregistration-v1.ts';
import { testPlane } from '../../support/control-plane.ts';
import { matching } from '../../support/policies.ts';

const policy = (name: string, validations: Validation[]) => ({
  apiVersion: 'admissionregistration.k8s.io/v1' as const,
  kind: 'ValidatingAdmissionPolicy' as const,
  metadata: { name },
  spec: { matchConstraints: matching('apps', 'v1', 'deployments'), validations },
});

test('what a policy says that cannot be right of the kinds that it names is told in its status, until it is put right', async () => {
  await using plane = await testPlane({ controllers: ['validatingadmissionpolicy-status'] });
  const { client } = plane;
  const policies = admissionregistrationValidatingAdmissionPolicies;
  const wrong = await client.create(
    policies,
    policy('wrong', [
      { expression: 'object.spec.replicas <= 5' },
      { expression: 'object.replicas > 1', messageExpression: "object.metadata.nme + '!'" },
    ]),
  );
  const typeChecking = async () => (await client.get(policies, { name: 'wrong' })).status;
  await plane.eventually(typeChecking, (status) =>
    expect(status).toEqual({
      observedGeneration: 1,
      typeChecking: {
        expressionWarnings: [
          {
            fieldRef: 'spec.validations[1].expression',
            warning: expect.stringContaining(
              "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'",
            ),
          },
          {
            fieldRef: 'spec.validations[1].messageExpression',
            warning: expect.stringContaining("undefined field 'nme'"),
          },
        ],
      },
    }),
  );
  const right = policy('wrong', [{ expression: 'object.spec.replicas > 1' }]);
  const { resourceVersion: _, ...metadata } = wrong.metadata;
  await client.update(policies, { ...right, metadata });
  await plane.eventually(typeChecking, (status) =>
    expect(status).toEqual({ observedGeneration: 2, typeChecking: {} }),
  );
});
