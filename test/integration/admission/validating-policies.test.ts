import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import type { RequestContext } from '../../../src/apiserver/request-context.ts';
import {
  autoscalingV1HorizontalPodAutoscalers,
  coreConfigMaps,
  coreNamespaces,
  rbacClusterRoleBindings,
  rbacClusterRoles,
} from '../../../src/scheme/generated/resources.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { testApi } from '../../support/plane.ts';
import { enforce, matching } from '../../support/policies.ts';
import { clusterRole, clusterRoleBinding } from '../../support/policy.ts';

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

const denied = (message: string, { policy = 'rule', name = 'a' } = {}) =>
  `configmaps "${name}" is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}-binding' denied request: ${message}`;

const create = (client: ApiClient, data: Record<string, string> = {}, name = 'a') =>
  client.create(coreConfigMaps, configMap(name, data));

describe('a validating admission policy', () => {
  test('refuses what its expression does not hold of, and nothing else', async () => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: { validations: [{ expression: "object.data.size == 'small'" }] },
    });
    await create(api.client, { size: 'small' });
    await expect(create(api.client, { size: 'large' }, 'b')).rejects.toMatchObject({
      reason: 'Invalid',
      message: denied("failed expression: object.data.size == 'small'", { name: 'b' }),
      details: { name: 'b', kind: 'configmaps' },
    });
    await expect(create(api.client, { x: '' }, 'c')).rejects.toMatchObject({
      message: denied(
        "expression 'object.data.size == 'small'' resulted in error: no such key: size",
        { name: 'c' },
      ),
    });
  });

  test('is judged by nothing until a binding puts it into force, and by nothing once it is gone', async () => {
    await using api = await testApi();
    const { client } = api;
    await enforce(client, {
      spec: { validations: [{ expression: 'false', message: 'never' }] },
      binding: { policyName: 'another' },
    });
    await create(client);
  });

  test.each([
    [{ message: 'too large' }, 'too large', 'Invalid'],
    [{ messageExpression: "'size ' + object.data.size" }, 'size large', 'Invalid'],
    [{ messageExpression: 'object.data.none', message: 'fallback' }, 'fallback', 'Invalid'],
    [{ message: 'no', reason: 'Forbidden' }, 'no', 'Forbidden'],
    [{ message: 'no', reason: 'RequestEntityTooLarge' }, 'no', 'RequestEntityTooLarge'],
  ])('says %j as %s, reason %s', async (rule, message, reason) => {
    await using api = await testApi();
    await enforce(api.client, { spec: { validations: [{ expression: 'false', ...rule }] } });
    await expect(create(api.client, { size: 'large' })).rejects.toMatchObject({
      reason,
      message: denied(message),
    });
  });

  test('reads variables, which read those before them', async () => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: {
        variables: [
          { name: 'size', expression: 'int(object.data.size)' },
          { name: 'double', expression: 'variables.size * 2' },
        ],
        validations: [
          {
            expression: 'variables.double <= 10',
            messageExpression: "'got %d'.format([variables.double])",
          },
        ],
      },
    });
    await create(api.client, { size: '5' });
    await expect(create(api.client, { size: '6' }, 'b')).rejects.toMatchObject({
      message: denied('got 12', { name: 'b' }),
    });
  });

  test('sees the request, who makes it, the namespace and what is replaced', async () => {
    await using api = await testApi();
    const { client } = api;
    await enforce(client, {
      spec: {
        validations: [
          {
            expression: `request.operation == 'CREATE' ? oldObject == null : oldObject.data.size <= object.data.size`,
            message: 'must not shrink',
          },
          {
            expression: `request.userInfo.username == 'system:admin' && request.resource.resource == 'configmaps' && request.namespace == 'default' && namespaceObject.metadata.name == 'default' && !request.dryRun`,
            message: 'who and where',
          },
        ],
      },
    });
    await create(client, { size: '2' });
    await expect(
      client.update(coreConfigMaps, configMap('a', { size: '1' })),
    ).rejects.toMatchObject({
      message: denied('must not shrink'),
    });
    await client.update(coreConfigMaps, configMap('a', { size: '3' }));
    await expect(
      client.create(coreConfigMaps, configMap('b', { size: '1' }), { dryRun: true }),
    ).rejects.toMatchObject({ message: denied('who and where', { name: 'b' }) });
  });

  test('asks the authorizer what the user may do', async () => {
    await using api = await testApi();
    const grant = async (name: string, ...rules: string[]): Promise<void> => {
      await api.client.create(rbacClusterRoles, clusterRole(name, ...rules));
      await api.client.create(
        rbacClusterRoleBindings,
        clusterRoleBinding(name, name, 'User:other'),
      );
    };
    await grant('writer', 'create configmaps');
    await enforce(api.client, {
      spec: {
        validations: [
          {
            expression: `authorizer.requestResource.check('breakglass').allowed() || authorizer.group('apps').resource('deployments').namespace('x').check('get').allowed() == false`,
            message: 'not you',
          },
        ],
      },
    });
    await create(api.client);
    const other = createClient(api.apiServer, { user: { name: 'other', groups: [] } });
    await create(other, {}, 'b');
    await grant('reader', 'get apps:deployments');
    await expect(create(other, {}, 'c')).rejects.toMatchObject({
      message: denied('not you', { name: 'c' }),
    });
    await grant('breakglass', 'breakglass configmaps');
    await create(other, {}, 'd');
  });

  test('warns, and notes for the audit log, as its bindings say', async () => {
    await using api = await testApi();
    const warnings: string[] = [];
    const notes: [string, string][] = [];
    const ctx: RequestContext = {
      user: ADMIN_USER,
      onWarning: (text) => void warnings.push(text),
      onAnnotation: (key, value) => void notes.push([key, value]),
    };
    await enforce(api.client, {
      spec: {
        validations: [{ expression: 'false', message: 'large' }],
        auditAnnotations: [{ key: 'size', valueExpression: "'size is ' + object.data.size" }],
      },
      binding: { validationActions: ['Warn', 'Audit'] },
    });
    await api.apiServer.create(ctx, coreConfigMaps, configMap('a', { size: 'x' }));
    expect(warnings).toEqual([
      "Validation failed for ValidatingAdmissionPolicy 'rule' with binding 'rule-binding': large",
    ]);
    expect(Object.fromEntries(notes)).toMatchObject({ 'rule/size': 'size is x' });
    const [failure] = JSON.parse(
      Object.fromEntries(notes)['validation.policy.admission.k8s.io/validation_failure'] ?? '[]',
    );
    expect(failure).toMatchObject({ policy: 'rule', message: 'large', expressionIndex: 0 });
  });

  test('asks its match conditions first', async () => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: {
        matchConditions: [
          { name: 'not-exempt', expression: "!has(object.data) || !('exempt' in object.data)" },
        ],
        validations: [{ expression: 'false', message: 'no' }],
      },
    });
    await create(api.client, { exempt: 'yes' });
    await expect(create(api.client, {}, 'b')).rejects.toThrow('no');
  });

  test.each([
    ['Fail', false],
    ['Ignore', true],
  ] as const)('that fails is followed by %s', async (failurePolicy, isAdmitted) => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: { failurePolicy, validations: [{ expression: 'object.data.none == "x"' }] },
    });
    const created = await create(api.client).then(
      () => true,
      () => false,
    );
    expect(created).toBe(isAdmitted);
  });

  test('that costs too much is stopped, and counts as failed', async () => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: {
        variables: [{ name: 'l', expression: 'lists.range(200)' }],
        validations: [
          {
            expression:
              'variables.l.all(a, variables.l.all(b, variables.l.all(c, a + b + c >= 0)))',
          },
        ],
      },
    });
    await expect(create(api.client)).rejects.toThrow(
      'operation cancelled: actual cost limit exceeded',
    );
  });

  test('selects by labels of the object and of its namespace', async () => {
    await using api = await testApi();
    const { client } = api;
    const labels = { env: 'prod' };
    await client.create(coreNamespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'prod', labels },
    });
    await enforce(client, {
      spec: { validations: [{ expression: 'false', message: 'no' }] },
      binding: {
        matchResources: {
          namespaceSelector: { matchLabels: { env: 'prod' } },
          objectSelector: { matchExpressions: [{ key: 'free', operator: 'DoesNotExist' }] },
        },
      },
    });
    await create(client);
    const inProd = (name: string, metadata = {}): ConfigMap => ({
      ...configMap(name),
      metadata: { name, namespace: 'prod', ...metadata },
    });
    await client.create(coreConfigMaps, inProd('a', { labels: { free: '' } }));
    await expect(client.create(coreConfigMaps, inProd('b'))).rejects.toThrow('no');
  });

  test('leaves out what exclude rules and names say', async () => {
    await using api = await testApi();
    const match = matching('', 'v1', 'configmaps');
    const [rule] = match.resourceRules ?? [];
    await enforce(api.client, {
      spec: {
        matchConstraints: {
          ...match,
          excludeResourceRules: [{ ...rule, resourceNames: ['special'] }],
        },
        validations: [{ expression: 'false', message: 'no' }],
      },
    });
    await create(api.client, {}, 'special');
    await expect(create(api.client, {}, 'other')).rejects.toThrow('no');
  });

  test('sees requests of equivalent versions in the version that it names', async () => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: {
        matchConstraints: matching('autoscaling', 'v2', 'horizontalpodautoscalers'),
        validations: [
          {
            expression:
              "request.kind.version == 'v2' && request.requestKind.version == 'v1' && object.apiVersion == 'autoscaling/v2' && object.spec.metrics[0].resource.target.averageUtilization <= 50",
            message: 'at most half',
          },
        ],
      },
    });
    const autoscaler = (targetCPUUtilizationPercentage: number, name: string) =>
      api.client.create(autoscalingV1HorizontalPodAutoscalers, {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name, namespace: 'default' },
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
          maxReplicas: 3,
          targetCPUUtilizationPercentage,
        },
      });
    await autoscaler(40, 'a');
    await expect(autoscaler(60, 'b')).rejects.toThrow('at most half');
  });

  test('takes parameters from every object that its binding selects', async () => {
    await using api = await testApi();
    const { client } = api;
    for (const max of ['5', '3']) {
      const limit = configMap(`limit-${max}`, { max });
      const metadata = { ...limit.metadata, labels: { limits: 'yes' } };
      await client.create(coreConfigMaps, { ...limit, metadata });
    }
    await enforce(client, {
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [
          {
            expression: 'int(object.data.size) <= int(params.data.max)',
            messageExpression: "'at most ' + params.data.max",
          },
        ],
      },
      binding: {
        paramRef: {
          selector: { matchLabels: { limits: 'yes' } },
          parameterNotFoundAction: 'Deny',
        },
      },
    });
    await create(client, { size: '3' });
    await expect(create(client, { size: '4' }, 'b')).rejects.toThrow('at most 3');
    await expect(create(client, { size: '6' }, 'b')).rejects.toThrow('at most 3');
  });

  test.each([
    [
      'Deny',
      'failed to configure policy: no params found for policy binding with `Deny` parameterNotFoundAction',
    ],
    ['Allow', undefined],
  ])('without parameters follows the action %s', async (parameterNotFoundAction, message) => {
    await using api = await testApi();
    await enforce(api.client, {
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'false' }],
      },
      binding: { paramRef: { name: 'none', parameterNotFoundAction } },
    });
    const attempt = create(api.client);
    if (message === undefined) await attempt;
    else await expect(attempt).rejects.toThrow(message);
  });

  test('takes custom resources as parameters', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await api.client.create(widgets, widget('limits'));
    await enforce(api.client, {
      spec: {
        paramKind: { apiVersion: 'example.com/v1', kind: 'Widget' },
        validations: [
          {
            expression: 'int(object.data.size) <= params.spec.size',
            messageExpression: "'at most %d'.format([params.spec.size])",
          },
        ],
      },
      binding: { paramRef: { name: 'limits', parameterNotFoundAction: 'Allow' } },
    });
    await create(api.client, { size: '1' });
    await expect(create(api.client, { size: '2' }, 'b')).rejects.toMatchObject({
      message: denied('at most 1', { name: 'b' }),
    });
  });

  test('judges custom resources', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await enforce(api.client, {
      spec: {
        matchConstraints: matching('example.com', '*', 'widgets'),
        validations: [{ expression: 'object.spec.size > 1', message: 'too small' }],
      },
    });
    await expect(api.client.create(widgets, widget('a'))).rejects.toThrow('too small');
  });
});
