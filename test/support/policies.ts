import type { ApiClient } from '../../src/apiserver/client.ts';
import {
  admissionregistrationMutatingAdmissionPolicies,
  admissionregistrationMutatingAdmissionPolicyBindings,
  admissionregistrationValidatingAdmissionPolicies,
  admissionregistrationValidatingAdmissionPolicyBindings,
} from '../../src/scheme/generated/resources.ts';
import type {
  MatchResources,
  MutatingAdmissionPolicySpec,
  Mutation,
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
} from '../../src/scheme/generated/types/admissionregistration-v1.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';

/** Constraints that match creates and updates of one resource. */
export function matching(apiGroup: string, version: string, resource: string): MatchResources {
  return {
    resourceRules: [
      {
        apiGroups: [apiGroup],
        apiVersions: [version],
        operations: ['CREATE', 'UPDATE'],
        resources: [resource],
      },
    ],
  };
}

export interface PolicyOptions {
  readonly name?: string;
  readonly spec?: Partial<ValidatingAdmissionPolicySpec>;
  readonly binding?: Partial<ValidatingAdmissionPolicyBindingSpec>;
}

/** Puts a ValidatingAdmissionPolicy into force; of ConfigMaps where it says nothing else. */
export async function enforce(
  client: ApiClient,
  { name = 'rule', spec, binding }: PolicyOptions,
): Promise<void> {
  await client.create(admissionregistrationValidatingAdmissionPolicies, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints: matching('', 'v1', 'configmaps'), ...spec },
  });
  await client.create(admissionregistrationValidatingAdmissionPolicyBindings, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `${name}-binding` },
    spec: { policyName: name, validationActions: ['Deny'], ...binding },
  });
}

/** Puts a MutatingAdmissionPolicy into force; of ConfigMaps where it says nothing else. */
export async function mutateBy(
  client: ApiClient,
  mutations: Mutation[],
  { name = 'change', spec }: { name?: string; spec?: Partial<MutatingAdmissionPolicySpec> } = {},
): Promise<void> {
  await client.create(admissionregistrationMutatingAdmissionPolicies, {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: matching('', 'v1', 'configmaps'),
      reinvocationPolicy: 'Never',
      mutations,
      ...spec,
    },
  });
  await client.create(admissionregistrationMutatingAdmissionPolicyBindings, {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: `${name}-binding` },
    spec: { policyName: name },
  });
}

export const applying = (expression: string): Mutation => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});

export const patching = (expression: string): Mutation => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression },
});
