import type { HttpAnswer } from '../../lib/container-streams.ts';
import { ApiError } from '../../scheme/errors.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import { currentObject } from './current-object.ts';

/** What a kubelet answers of what it knows: its health, and its Pods. @throws {ApiError} NotFound */
export async function askNode(
  registry: Registry,
  ctx: RequestContext,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<HttpAnswer> {
  await currentObject(registry, ctx, coreNodes, { name });
  const [wanted = ''] = path.split('?', 1);
  if (wanted === '/healthz') return answer('text/plain; charset=utf-8', 'ok');
  if (wanted !== '/pods' && wanted !== '/pods/') {
    throw new ApiError(
      'NotFound',
      `the kubelet of node ${JSON.stringify(name)} has nothing at ${wanted}`,
    );
  }
  const pods = await registry.openCache(corePods);
  const items = pods.list().items.filter((pod) => (pod as Pod).spec?.nodeName === name);
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
  return answer('application/json', JSON.stringify(list));
}

function answer(type: string, text: string): HttpAnswer {
  return { status: 200, headers: { 'content-type': type }, body: Buffer.from(text) };
}
