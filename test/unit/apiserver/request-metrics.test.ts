import { describe, expect, test } from '@jest/globals';
import type { ApiRequest } from '../../../src/apiserver/api-request.ts';
import { RequestMetrics } from '../../../src/apiserver/request-metrics.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import { MetricRegistry } from '../../../src/lib/metrics.ts';
import { ApiError } from '../../../src/scheme/errors.ts';
import { appsDeployments, corePods } from '../../../src/scheme/generated/resources.ts';

function observed() {
  const registry = new MetricRegistry();
  const metrics = new RequestMetrics(registry);
  const samples = async (name: string) =>
    (await registry.read()).find((reading) => reading.name === name)?.samples ?? [];
  const follow = (request: ApiRequest | readonly ApiRequest[], answer = Promise.resolve()) =>
    metrics.follow(request, answer).catch(() => undefined);
  return { follow, samples };
}

describe('a request is counted', () => {
  test.each<[ApiRequest, Record<string, string>]>([
    [
      { verb: 'get', ref: corePods, namespace: 'default', name: 'web' },
      { verb: 'GET', scope: 'resource', code: '200', group: '', version: 'v1', resource: 'pods' },
    ],
    [
      { verb: 'list', ref: appsDeployments, namespace: 'default' },
      { verb: 'LIST', scope: 'namespace', code: '200', group: 'apps', resource: 'deployments' },
    ],
    [
      { verb: 'watch', ref: corePods },
      { verb: 'WATCH', scope: 'cluster', code: '200' },
    ],
    [
      { verb: 'create', ref: corePods, namespace: 'default' },
      { verb: 'POST', scope: 'resource', code: '201' },
    ],
    [
      { verb: 'update', ref: corePods, namespace: 'a', name: 'b', subresource: 'status' },
      { verb: 'PUT', scope: 'resource', code: '200', subresource: 'status' },
    ],
    [
      { verb: 'deletecollection', ref: corePods, namespace: 'a' },
      { verb: 'DELETECOLLECTION', scope: 'namespace', code: '200' },
    ],
  ])('%j by the labels that Kubernetes gives it', async (request, labels) => {
    const { follow, samples } = observed();
    await follow(request);
    await follow(request);
    expect(await samples('apiserver_request_total')).toEqual([
      { labels: expect.objectContaining({ ...labels, component: 'apiserver' }), value: 2 },
    ]);
  });

  test('by the code of its failure', async () => {
    const { follow, samples } = observed();
    const request = { verb: 'get', ref: corePods, name: 'web' };
    await follow(request, Promise.reject(new ApiError('NotFound', 'not there')));
    await follow(request, Promise.reject(new Error('unforeseen')));
    const codes = (await samples('apiserver_request_total')).map(({ labels }) => labels.code);
    expect(codes).toEqual(['404', '500']);
  });

  test('for each write of a transaction', async () => {
    const { follow, samples } = observed();
    const names = ['a', 'b', 'c'];
    await follow(names.map((name) => ({ verb: 'delete', ref: corePods, namespace: 'x', name })));
    const [sample] = await samples('apiserver_request_total');
    expect(sample?.value).toBe(3);
  });

  test('as under way until it is answered', async () => {
    const { follow, samples } = observed();
    const { promise, resolve } = deferred<void>();
    const answered = follow({ verb: 'create', ref: corePods }, promise);
    const inFlight = async () =>
      Object.fromEntries(
        (await samples('apiserver_current_inflight_requests')).map(({ labels, value }) => [
          labels.request_kind,
          value,
        ]),
      );
    expect(await inFlight()).toEqual({ readOnly: 0, mutating: 1 });
    resolve();
    await answered;
    expect(await inFlight()).toEqual({ readOnly: 0, mutating: 0 });
  });
});
