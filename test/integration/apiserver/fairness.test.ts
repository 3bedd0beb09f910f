import { describe, expect, test } from '@jest/globals';
import {
  ADMIN_USER,
  CONTROLLER_MANAGER_USER,
  nodeUser,
  SCHEDULER_USER,
  serviceAccountUser,
} from '../../../src/apiserver/authentication/identities.ts';
import type { UserInfo } from '../../../src/apiserver/client.ts';
import { FlowControl } from '../../../src/apiserver/fairness/flow-control.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { MetricRegistry } from '../../../src/lib/metrics.ts';
import {
  coreConfigMaps,
  flowcontrolFlowSchemas,
  flowcontrolPriorityLevelConfigurations,
  rbacClusterRoleBindings,
} from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { action, clusterRoleBinding, person } from '../../support/policy.ts';

async function flowControl(
  api: TestApi,
  maxRequestsInFlight = 245,
  metrics?: MetricRegistry,
): Promise<FlowControl> {
  const flows = new FlowControl({
    store: api.store,
    clock: systemClock,
    logger: silentLogger,
    maxRequestsInFlight,
    maxWaitMs: 1_000,
    metrics,
  });
  await flows.start();
  return flows;
}

describe('the flow of a request', () => {
  test.each<[UserInfo, string, string, string]>([
    [ADMIN_USER, 'delete pods in red named a', 'exempt', 'exempt'],
    [person('jane'), 'get /healthz', 'probes', 'exempt'],
    [
      SCHEDULER_USER,
      'update coordination.k8s.io:leases in kube-system named a',
      'system-leader-election',
      'leader-election',
    ],
    [
      serviceAccountUser('kube-system', 'x'),
      'get coordination.k8s.io:leases in a named b',
      'workload-leader-election',
      'leader-election',
    ],
    [
      serviceAccountUser('kube-system', 'endpoint-controller'),
      'update endpoints in a named b',
      'endpoint-controller',
      'workload-high',
    ],
    [nodeUser('n'), 'patch nodes/status named n', 'system-node-high', 'node-high'],
    [
      nodeUser('n'),
      'update coordination.k8s.io:leases in kube-node-lease named n',
      'system-node-high',
      'node-high',
    ],
    [nodeUser('n'), 'update pods/status in a named b', 'system-nodes', 'system'],
    [CONTROLLER_MANAGER_USER, 'list pods', 'kube-controller-manager', 'workload-high'],
    [SCHEDULER_USER, 'create pods/binding in a named b', 'kube-scheduler', 'workload-high'],
    [
      serviceAccountUser('kube-system', 'x'),
      'list pods',
      'kube-system-service-accounts',
      'workload-high',
    ],
    [
      serviceAccountUser('default', 'x'),
      'list pods in default',
      'service-accounts',
      'workload-low',
    ],
    [person('jane'), 'list pods', 'global-default', 'global-default'],
    [{ name: 'x', groups: [] }, 'list pods', 'catch-all', 'catch-all'],
  ])('%j who would %s is of %s, at %s', async (user, text, schema, level) => {
    await using api = await testApi();
    const flows = await flowControl(api);
    expect(flows.classify({ user, action: action(text) })).toMatchObject({ schema, level });
    flows.stop();
  });

  test('is decided by the objects as they are now', async () => {
    await using api = await testApi();
    const flows = await flowControl(api);
    const classify = (name: string, text = 'list configmaps in red') =>
      flows.classify({ user: person(name), action: action(text) });
    await api.client.create(flowcontrolPriorityLevelConfigurations, {
      metadata: { name: 'own' },
      spec: {
        type: 'Limited',
        limited: { nominalConcurrencyShares: 10, limitResponse: { type: 'Reject' } },
      },
    });
    await api.client.create(flowcontrolFlowSchemas, {
      metadata: { name: 'jane' },
      spec: {
        matchingPrecedence: 50,
        priorityLevelConfiguration: { name: 'own' },
        distinguisherMethod: { type: 'ByNamespace' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'jane' } }],
            resourceRules: [
              { verbs: ['list'], apiGroups: [''], resources: ['*'], namespaces: ['red', 'blue'] },
            ],
          },
        ],
      },
    });
    expect(classify('jane')).toEqual({ schema: 'jane', level: 'own', flow: 'jane\0red' });
    expect(classify('jane', 'list configmaps in green').schema).toBe('global-default');
    expect(classify('jane', 'list configmaps').schema).toBe('global-default');
    expect(classify('bob').schema).toBe('global-default');
    await api.client.delete(flowcontrolPriorityLevelConfigurations, { name: 'own' });
    expect(classify('jane').level).toBe('catch-all');
    await api.client.delete(flowcontrolFlowSchemas, { name: 'jane' });
    expect(classify('jane').schema).toBe('global-default');
    flows.stop();
  });
});

test('figures tell by priority level which seats are taken, and how many requests were refused', async () => {
  await using api = await testApi();
  const metrics = new MetricRegistry();
  const flows = await flowControl(api, 1, metrics);
  const request = { user: { name: 'x', groups: [] }, action: action('list pods'), width: 1 };
  const entries = await Promise.allSettled(
    Array.from({ length: 20 }, async () => flows.enter(request)),
  );
  const taken = entries.filter(({ status }) => status === 'fulfilled').length;
  expect(taken).toBeLessThan(20);
  const readings = await metrics.read();
  const samplesOf = (name: string) =>
    readings
      .filter((reading) => reading.name === `apiserver_flowcontrol_${name}`)
      .flatMap(({ samples }) => samples)
      .filter(({ labels }) => labels.priority_level === 'catch-all');
  expect(samplesOf('current_executing_seats')).toMatchObject([{ value: taken }]);
  expect(samplesOf('current_inqueue_requests')).toMatchObject([{ value: 0 }]);
  expect(samplesOf('rejected_requests_total')).toMatchObject([
    { labels: { reason: 'concurrency-limit' }, value: 20 - taken },
  ]);
  flows.stop();
});

test('the defaults are there at the first start, and at the next as they were, but for what somebody keeps', async () => {
  await using api = await testApi();
  const schema = { name: 'service-accounts' };
  const kept = { name: 'global-default' };
  const patch = { spec: { matchingPrecedence: 8_000 } };
  await api.client.patch(flowcontrolFlowSchemas, schema, { type: 'merge', patch });
  const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'false' };
  await api.client.patch(flowcontrolFlowSchemas, kept, {
    type: 'merge',
    patch: { ...patch, metadata: { annotations } },
  });
  await api.client.delete(flowcontrolPriorityLevelConfigurations, { name: 'system' });
  await using again = await testApi({ databaseUrl: api.databaseUrl });
  const precedence = async (target: { name: string }) =>
    (await again.client.get(flowcontrolFlowSchemas, target)).spec?.matchingPrecedence;
  expect(await precedence(schema)).toBe(9_000);
  expect(await precedence(kept)).toBe(8_000);
  await again.client.get(flowcontrolPriorityLevelConfigurations, { name: 'system' });
});

test('each FlowSchema says whether the priority level that it names is there, as levels come and go', async () => {
  await using api = await testApi();
  const { client } = api;
  const dangling = (expected: Record<string, string | undefined>) =>
    eventually(
      () => client.list(flowcontrolFlowSchemas),
      ({ items }) => {
        const found = items.flatMap(({ metadata, status }) =>
          (status?.conditions ?? []).map((condition) => [metadata.name, condition.status]),
        );
        expect(Object.fromEntries(found)).toMatchObject(expected);
        expect(found).toHaveLength(items.length);
      },
    );
  await dangling({ exempt: 'False', 'catch-all': 'False', 'global-default': 'False' });
  await client.create(flowcontrolFlowSchemas, {
    metadata: { name: 'mine' },
    spec: { priorityLevelConfiguration: { name: 'gold' } },
  });
  await dangling({ mine: 'True', exempt: 'False' });
  await client.create(flowcontrolPriorityLevelConfigurations, {
    metadata: { name: 'gold' },
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  });
  await dangling({ mine: 'False' });
  await client.delete(flowcontrolPriorityLevelConfigurations, { name: 'gold' });
  await dangling({ mine: 'True' });
});

test('a client past its level’s seats and queues is refused with 429 and when to come back', async () => {
  await using api = await testApi({ maxRequestsInFlight: 10 });
  await api.client.create(
    rbacClusterRoleBindings,
    clusterRoleBinding('jane', 'cluster-admin', 'User:jane'),
  );
  const jane = createClient(api.apiServer, { user: person('jane'), isLimited: true });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, i) => jane.create(coreConfigMaps, configMap(`c-${i}`))),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  // Six queues of 50, and the seats.
  expect(refused.length).toBeGreaterThan(600);
  expect(refused.length).toBeLessThan(700);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({
      reason: 'TooManyRequests',
      code: 429,
      details: { retryAfterSeconds: 1 },
      message:
        'too many requests, please try again in 1 s: the priority level "global-default" is busy (queue-full)',
    });
  }
  await eventually(
    () => jane.list(coreConfigMaps, { namespace: 'default' }),
    ({ items }) => expect(items).toHaveLength(1_000 - refused.length),
  );
});

test('a quiet client is served while a noisy one keeps its queues full', async () => {
  await using api = await testApi({ maxRequestsInFlight: 10 });
  for (const name of ['noisy', 'quiet']) {
    await api.client.create(
      rbacClusterRoleBindings,
      clusterRoleBinding(name, 'cluster-admin', `User:${name}`),
    );
  }
  const as = (name: string) => createClient(api.apiServer, { user: person(name), isLimited: true });
  let isDone = false;
  let refused = 0;
  const noise = Array.from({ length: 400 }, async (_, i) => {
    for (let n = 0; !isDone; n++) {
      await as('noisy')
        .create(coreConfigMaps, configMap(`noise-${i}-${n}`))
        .catch(() => {
          refused++;
          return new Promise((resolve) => setImmediate(resolve));
        });
    }
  });
  for (let i = 0; i < 30; i++) await as('quiet').create(coreConfigMaps, configMap(`quiet-${i}`));
  isDone = true;
  await Promise.all(noise);
  expect(refused).toBeGreaterThan(0);
});
