import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { AdmissionRequest } from './plugin.ts';
import { refusal } from './refuse.ts';

/** What a plugin that asks for the node of a Pod reads. */
export const NODES: GroupResource = { group: '', resource: 'nodes' };

/** The node that the Pod is bound to. @throws {ApiError} Forbidden when there is none of that name */
export function nodeOf(request: AdmissionRequest, { spec }: Pod): Node {
  const nodeName = spec?.nodeName ?? '';
  const node = request.state.cache(NODES).get('', nodeName) as Node | undefined;
  if (!node) throw refusal(request, `node "${nodeName}" not found`);
  return node;
}
