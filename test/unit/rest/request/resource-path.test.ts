import { describe, expect, test } from '@jest/globals';
import { parseResourcePath } from '../../../../src/rest/request/resource-path.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';

const scheme = createScheme({ strategies: STRATEGIES });

/** `resource namespace/name/subresource[/rest]`, with `-` for what is not there. */
function describePath(pathname: string): string | undefined {
  const path = parseResourcePath(scheme, pathname);
  if (!path) return undefined;
  const { definition, isWatch, name, namespace, rest, subresource } = path;
  const place = [namespace, name, subresource].map((part) => part ?? '-').join('/');
  const more = rest === undefined ? '' : ` ${rest}`;
  return `${isWatch ? 'watch ' : ''}${definition.resource}.${definition.group} ${place}${more}`;
}

describe('a path of the API', () => {
  test.each([
    ['/api/v1/pods', 'pods. -/-/-'],
    ['/api/v1/pods/', 'pods. -/-/-'],
    ['/api/v1/nodes/node-1', 'nodes. -/node-1/-'],
    ['/api/v1/namespaces', 'namespaces. -/-/-'],
    ['/api/v1/namespaces/a', 'namespaces. -/a/-'],
    ['/api/v1/namespaces/a/status', 'namespaces. -/a/status'],
    ['/api/v1/namespaces/a/finalize', 'namespaces. -/a/finalize'],
    ['/api/v1/namespaces/a/pods', 'pods. a/-/-'],
    ['/api/v1/namespaces/a/pods/p', 'pods. a/p/-'],
    ['/api/v1/namespaces/a/pods/p/log', 'pods. a/p/log'],
    ['/api/v1/namespaces/a/pods/p/proxy/x/y', 'pods. a/p/proxy x/y'],
    ['/api/v1/namespaces/a/pods/p/proxy/', 'pods. a/p/proxy '],
    ['/api/v1/nodes/n/proxy//x', 'nodes. -/n/proxy /x'],
    ['/apis/apps/v1/deployments', 'deployments.apps -/-/-'],
    ['/apis/apps/v1/namespaces/a/deployments/d/scale', 'deployments.apps a/d/scale'],
    ['/api/v1/watch/pods', 'watch pods. -/-/-'],
    ['/apis/apps/v1/watch/namespaces/a/deployments/d', 'watch deployments.apps a/d/-'],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
      'clusterroles.rbac.authorization.k8s.io -/system:node/-',
    ],
  ])('%s names %s', (pathname, expected) => {
    expect(describePath(pathname)).toBe(expected);
  });

  test.each([
    ['/api'],
    ['/api/v1'],
    ['/api/v2/pods'],
    ['/apis/apps/v1'],
    ['/apis/apps/v7/deployments'],
    ['/api/v1/deployments'],
    ['/api/v1/pods/p'],
    ['/api/v1/namespaces/a/nodes'],
    ['/api/v1/namespaces/a/pods/p/nothing'],
    ['/api/v1/namespaces/a/pods/p/log/more'],
    ['/api/v1/namespaces//pods'],
    ['/api/v1/namespaces/a/pods//log'],
  ])('%s names nothing', (pathname) => {
    expect(describePath(pathname)).toBeUndefined();
  });

  test('with an escape that means nothing is a bad request', () => {
    expect(() => describePath('/api/v1/nodes/%E0%A4%A')).toThrow(/escape that means nothing/);
  });
});
