import { describe, expect, test } from '@jest/globals';
import type {
  MutatingAdmissionPolicy,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../../../src/scheme/generated/types/admissionregistration-v1.ts';
import {
  mutatingAdmissionPolicyStrategy,
  validatingAdmissionPolicyStrategy,
} from '../../../../../src/scheme/groups/admissionregistration/policy.ts';
import { validatingAdmissionPolicyBindingStrategy } from '../../../../../src/scheme/groups/admissionregistration/policy-binding.ts';
import { mutatingWebhookConfigurationStrategy } from '../../../../../src/scheme/groups/admissionregistration/webhook-configuration.ts';
import { defaulted, errorsOnCreate, withMembers } from '../harness.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
const rule = {
  apiGroups: ['*'],
  apiVersions: ['v1'],
  operations: ['CREATE' as const],
  resources: ['pods'],
};

const policy: ValidatingAdmissionPolicy = {
  apiVersion,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'rule' },
  spec: {
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: 'object.spec.replicas > 0' }],
  },
};

const mutatingPolicy: MutatingAdmissionPolicy = {
  apiVersion,
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: 'change' },
  spec: {
    matchConstraints: { resourceRules: [rule] },
    reinvocationPolicy: 'Never',
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: { expression: 'Object{spec: Object.spec{a: 1}}' },
      },
    ],
  },
};

const binding: ValidatingAdmissionPolicyBinding = {
  apiVersion,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'binding' },
  spec: { policyName: 'rule', validationActions: ['Deny'] },
};

const configuration: MutatingWebhookConfiguration = {
  apiVersion,
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'hooks' },
  webhooks: [
    {
      name: 'hook.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: 'https://127.0.0.1:8443/mutate' },
      rules: [rule],
    },
  ],
};

type Members = Record<string, unknown>;

describe('a policy', () => {
  test('has its defaults, and no errors', () => {
    expect(defaulted(validatingAdmissionPolicyStrategy, policy).spec).toMatchObject({
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [{ scope: '*' }],
      },
    });
    expect(errorsOnCreate(validatingAdmissionPolicyStrategy, policy)).toEqual([]);
    expect(errorsOnCreate(mutatingAdmissionPolicyStrategy, mutatingPolicy)).toEqual([]);
  });

  test.each<[Members, string]>([
    [{ 'spec.matchConstraints': undefined }, 'spec.matchConstraints: Required value'],
    [
      { 'spec.matchConstraints.resourceRules': [] },
      'spec.matchConstraints.resourceRules: Required value',
    ],
    [
      { 'spec.validations': [] },
      'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
    ],
    [
      { 'spec.validations.0.expression': ' ' },
      'spec.validations[0].expression: Required value: expression is not specified',
    ],
    [
      { 'spec.validations.0.expression': 'object.x +' },
      'spec.validations[0].expression: Invalid value: "object.x +": compilation failed: ERROR: <input>:1:11: Syntax error',
    ],
    [{ 'spec.validations.0.expression': '1 + 1' }, 'must evaluate to bool'],
    [
      { 'spec.validations.0.expression': 'params.a == 1' },
      "undeclared reference to 'params' (in container '')",
    ],
    [{ 'spec.validations.0.expression': 'request.nme == ""' }, "undefined field 'nme'"],
    [{ 'spec.validations.0.expression': 'variables.a' }, "undefined field 'a'"],
    [{ 'spec.validations.0.messageExpression': '1' }, 'must evaluate to string'],
    [{ 'spec.validations.0.messageExpression': ' ' }, 'must be non-empty if specified'],
    [{ 'spec.validations.0.message': ' ' }, 'message must be non-empty if specified'],
    [{ 'spec.validations.0.message': 'a\nb' }, 'message must not contain line breaks'],
    [
      { 'spec.validations.0.reason': 'Other' },
      'Unsupported value: "Other": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    ],
    [
      { 'spec.variables': [{ name: 'a-b', expression: '1' }] },
      'name is not a valid CEL identifier',
    ],
    [
      {
        'spec.variables': [
          { name: 'a', expression: 'variables.b' },
          { name: 'b', expression: '1' },
        ],
      },
      "undefined field 'b'",
    ],
    [
      {
        'spec.matchConditions': [{ name: 'a', expression: 'variables.a' }],
        'spec.variables': [{ name: 'a', expression: 'true' }],
      },
      'spec.matchConditions[0].expression: Invalid value',
    ],
    [
      { 'spec.matchConditions': [{ name: '', expression: 'true' }] },
      'spec.matchConditions[0].name: Required value',
    ],
    [
      {
        'spec.matchConditions': [
          { name: 'a', expression: 'true' },
          { name: 'a', expression: 'true' },
        ],
      },
      'spec.matchConditions[1].name: Duplicate value: "a"',
    ],
    [
      {
        'spec.matchConditions': Array.from({ length: 65 }, (_, i) => ({
          name: `c${i}`,
          expression: 'true',
        })),
      },
      'spec.matchConditions: Too many: 65: must have at most 64 items',
    ],
    [
      { 'spec.auditAnnotations': [{ key: 'a', valueExpression: '1' }] },
      'spec.auditAnnotations[0].valueExpression: Invalid value',
    ],
    [
      { 'spec.auditAnnotations': [{ key: 'a b', valueExpression: '"x"' }] },
      'spec.auditAnnotations[0].key: Invalid value: "a b"',
    ],
    [
      {
        'spec.auditAnnotations': [
          { key: 'a', valueExpression: '"x"' },
          { key: 'a', valueExpression: '"x"' },
        ],
      },
      'spec.auditAnnotations[1].key: Duplicate value',
    ],
    [{ 'spec.paramKind': { apiVersion: 'v1' } }, 'spec.paramKind.kind: Required value'],
    [{ 'spec.paramKind': { kind: 'ConfigMap' } }, 'spec.paramKind.apiVersion: Required value'],
    [
      { 'spec.matchConstraints.resourceRules.0.operations': ['*', 'CREATE'] },
      "if '*' is present, must not specify other operations",
    ],
    [{ 'spec.matchConstraints.resourceRules.0.apiGroups': [] }, 'apiGroups: Required value'],
    [
      { 'spec.matchConstraints.resourceRules.0.apiVersions': [''] },
      'apiVersions[0]: Required value',
    ],
    [
      { 'spec.matchConstraints.resourceRules.0.resources': ['*/*', 'pods'] },
      "if '*/*' is present, must not specify other resources",
    ],
    [
      { 'spec.matchConstraints.resourceRules.0.resources': ['pods/*', 'pods/status'] },
      "if 'pods/*' is present, must not specify pods/status",
    ],
    [
      { 'spec.matchConstraints.resourceRules.0.resources': ['*', 'pods'] },
      "if '*' is present, must not specify other resources without subresources",
    ],
    [
      { 'spec.matchConstraints.resourceRules.0.resourceNames': ['a', 'a'] },
      'resourceNames[1]: Duplicate value: "a"',
    ],
    [
      { 'spec.matchConstraints.namespaceSelector': { matchLabels: { 'a b': 'x' } } },
      'spec.matchConstraints.namespaceSelector.matchLabels',
    ],
  ])('with %j is refused: %s', (members, message) => {
    const errors = errorsOnCreate(validatingAdmissionPolicyStrategy, withMembers(policy, members));
    expect(errors.join('\n')).toContain(message);
  });

  test.each<[Members, string]>([
    [{ 'spec.mutations': [] }, 'spec.mutations: Required value'],
    [{ 'spec.reinvocationPolicy': undefined }, 'spec.reinvocationPolicy: Required value'],
    [
      { 'spec.mutations.0.applyConfiguration': undefined },
      'spec.mutations[0].applyConfiguration: Required value: must be specified when patchType is ApplyConfiguration',
    ],
    [
      { 'spec.mutations.0.jsonPatch': { expression: '[]' } },
      'must not be specified when patchType is ApplyConfiguration',
    ],
    [{ 'spec.mutations.0.applyConfiguration.expression': '1' }, 'must evaluate to Object'],
    [
      { 'spec.mutations.0.applyConfiguration.expression': 'Other{a: 1}' },
      "undeclared reference to 'Other'",
    ],
    [
      {
        'spec.mutations.0': {
          patchType: 'JSONPatch',
          jsonPatch: { expression: '[JSONPatch{oop: "add"}]' },
        },
      },
      "undefined field 'oop'",
    ],
    [
      { 'spec.mutations.0': { patchType: 'JSONPatch', jsonPatch: { expression: '1' } } },
      'must evaluate to list(JSONPatch)',
    ],
  ])('that mutates with %j is refused: %s', (members, message) => {
    const changed = withMembers(mutatingPolicy, members);
    expect(errorsOnCreate(mutatingAdmissionPolicyStrategy, changed).join('\n')).toContain(message);
  });
});

describe('a binding', () => {
  test.each<[Members, string]>([
    [{ 'spec.policyName': '' }, 'spec.policyName: Required value'],
    [{ 'spec.validationActions': [] }, 'at least one validation action is required'],
    [{ 'spec.validationActions': ['Deny', 'Warn'] }, 'must not contain both Deny and Warn'],
    [
      { 'spec.validationActions': ['Audit', 'Audit'] },
      'spec.validationActions[1]: Duplicate value: "Audit"',
    ],
    [
      { 'spec.paramRef': { parameterNotFoundAction: 'Deny' } },
      'one of name or selector must be specified',
    ],
    [{ 'spec.paramRef': { name: 'a' } }, 'spec.paramRef.parameterNotFoundAction: Required value'],
    [
      { 'spec.paramRef': { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } },
      'name and selector are mutually exclusive',
    ],
  ])('with %j is refused: %s', (members, message) => {
    const errors = errorsOnCreate(
      validatingAdmissionPolicyBindingStrategy,
      withMembers(binding, members),
    );
    expect(errors.join('\n')).toContain(message);
  });
});

describe('a webhook configuration', () => {
  test('has its defaults, and no errors', () => {
    expect(defaulted(mutatingWebhookConfigurationStrategy, configuration).webhooks).toMatchObject([
      {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        timeoutSeconds: 10,
        reinvocationPolicy: 'Never',
        namespaceSelector: {},
        objectSelector: {},
      },
    ]);
    expect(errorsOnCreate(mutatingWebhookConfigurationStrategy, configuration)).toEqual([]);
  });

  test.each<[Members, string]>([
    [
      { name: 'hook' },
      'webhooks[0].name: Invalid value: "hook": should be a domain with at least three segments separated by dots',
    ],
    [
      { sideEffects: 'Some' },
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    ],
    [
      { timeoutSeconds: 31 },
      'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
    ],
    [
      { clientConfig: {} },
      'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
    ],
    [
      { clientConfig: { url: 'http://a.b/' } },
      "'https' is the only allowed URL scheme; desired format: https://host[/path]",
    ],
    [{ clientConfig: { url: 'https://u:p@a.b/' } }, 'user information is not permitted in the URL'],
    [{ clientConfig: { url: 'https://a.b/#x' } }, 'fragments are not permitted in the URL'],
    [
      { clientConfig: { url: 'https://a.b/?x=1' } },
      'query parameters are not permitted in the URL',
    ],
    [{ clientConfig: { service: { name: '', namespace: 'a' } } }, 'service name is required'],
    [
      { clientConfig: { service: { name: 'a', namespace: 'a', path: 'x' } } },
      "must start with a '/'",
    ],
    [
      { clientConfig: { service: { name: 'a', namespace: 'a', port: 0 } } },
      'must be between 1 and 65535, inclusive',
    ],
    [{ admissionReviewVersions: [] }, 'must specify one of v1, v1beta1'],
    [{ admissionReviewVersions: ['v2'] }, 'must include at least one of v1, v1beta1'],
    [{ admissionReviewVersions: ['v1', 'v1'] }, 'duplicate version'],
    [{ rules: [{ ...rule, resources: [] }] }, 'webhooks[0].rules[0].resources: Required value'],
    [
      { matchConditions: [{ name: 'a', expression: '1' }] },
      'webhooks[0].matchConditions[0].expression: Invalid value: "1": compilation failed',
    ],
  ])('with %j is refused: %s', (members, message) => {
    const [webhook] = configuration.webhooks ?? [];
    const changed = { ...configuration, webhooks: [{ ...webhook, ...members }] };
    const errors = errorsOnCreate(
      mutatingWebhookConfigurationStrategy,
      changed as MutatingWebhookConfiguration,
    );
    expect(errors.join('\n')).toContain(message);
  });

  test('names each of its webhooks once', () => {
    const [webhook] = configuration.webhooks ?? [];
    const webhooks = webhook ? [webhook, webhook] : [];
    expect(
      errorsOnCreate(mutatingWebhookConfigurationStrategy, { ...configuration, webhooks }),
    ).toEqual(['webhooks[1].name: Duplicate value: "hook.example.com"']);
  });
});
