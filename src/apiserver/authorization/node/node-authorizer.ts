import { isApiError } from '../../../scheme/errors.ts';
import { parseFieldSelector, pinnedValue } from '../../../scheme/field-selector.ts';
import { qualifiedName } from '../../../scheme/resource.ts';
import { nodeNameOf } from '../../authentication/identities.ts';
import type { UserInfo } from '../../client.ts';
import { type Action, type Decision, NO_OPINION, type ResourceAction } from '../authorizer.ts';
import { NODE_RULES } from '../bootstrap-policy/node-rules.ts';
import { NO_RULES, type PolicyAuthorizer, type SubjectRules } from '../policy-authorizer.ts';
import { RuleTable } from '../rbac/rule-table.ts';
import type { NodeGraph, RelatedResource } from './node-graph.ts';

const NODE_LEASE_NAMESPACE = 'kube-node-lease';
const ALLOWED: Decision = { allowed: true };

const refuse = (reason: string): Decision => ({ allowed: false, reason });

type Rule = (question: NodeQuestion) => Decision;

interface NodeQuestion {
  readonly graph: NodeGraph;
  readonly node: string;
  readonly action: ResourceAction;
}

const READS = new Set(['get', 'list', 'watch']);
const OWN_OBJECT_VERBS = new Set(['get', 'create', 'update', 'patch', 'delete']);

/**
 * Allows a kubelet what its own node needs, and nothing of other nodes: Secrets, ConfigMaps, claims and volumes of the Pods
 * that are bound to it, their service accounts' tokens, its own Node and Lease. Everything else goes by the rules that hold
 * for every node.
 */
export function createNodeAuthorizer(graph: NodeGraph): PolicyAuthorizer {
  const table = new RuleTable();
  for (const rule of NODE_RULES) table.add(rule, () => 'the rules of every node');
  return {
    authorize(user, action) {
      const node = nodeNameOf(user);
      if (node === undefined) return NO_OPINION;
      if (node === '') return refuse(`unknown node for user ${JSON.stringify(user.name)}`);
      return decide(graph, table, node, action);
    },
    rulesFor: (user) => rulesFor(user),
  };
}

function decide(graph: NodeGraph, table: RuleTable, node: string, action: Action): Decision {
  if (!('path' in action)) {
    const rule = RULES.get(qualifiedName(action.resource));
    if (rule) return rule({ graph, node, action });
  }
  return table.find(action) ? ALLOWED : NO_OPINION;
}

function rulesFor(user: UserInfo): SubjectRules {
  if (nodeNameOf(user) === undefined) return NO_RULES;
  return { rules: [], errors: ['node authorizer does not support user rule resolution'] };
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['secrets', readRelated('secrets')],
  ['configmaps', readRelated('configmaps')],
  ['persistentvolumeclaims', decideClaim],
  ['persistentvolumes', getRelated('persistentvolumes')],
  ['resourceclaims.resource.k8s.io', getRelated('resourceclaims')],
  ['volumeattachments.storage.k8s.io', getRelated('volumeattachments')],
  ['serviceaccounts', decideToken],
  ['leases.coordination.k8s.io', decideLease],
  ['csinodes.storage.k8s.io', decideCsiNode],
  ['resourceslices.resource.k8s.io', decideSlice],
  ['nodes', decideNode],
  ['pods', decidePod],
]);

function related({ graph, node, action }: NodeQuestion, resource: RelatedResource): Decision {
  if (!action.name) return refuse('No Object name found');
  return graph.isRelated(node, resource, action.namespace ?? '', action.name)
    ? ALLOWED
    : refuse(`no relationship found between node '${node}' and this object`);
}

function readRelated(resource: RelatedResource): Rule {
  return (question) => {
    const { namespace, subresource, verb } = question.action;
    if (!READS.has(verb)) return refuse('can only read resources of this type');
    if (subresource) return refuse('cannot read subresource');
    if (!namespace) return refuse('can only read namespaced object of this type');
    return related(question, resource);
  };
}

function getRelated(resource: RelatedResource): Rule {
  return (question) => {
    const { subresource, verb } = question.action;
    if (verb !== 'get') return refuse('can only get individual resources of this type');
    if (subresource) return refuse('cannot get subresource');
    return related(question, resource);
  };
}

function decideClaim(question: NodeQuestion): Decision {
  const { subresource, verb } = question.action;
  if (subresource !== 'status') return getRelated('persistentvolumeclaims')(question);
  if (verb !== 'update' && verb !== 'patch') return refuse('can only get/update/patch this type');
  return related(question, 'persistentvolumeclaims');
}

function decideToken(question: NodeQuestion): Decision {
  const { name, subresource, verb } = question.action;
  if (verb !== 'create' || !name) {
    return refuse('can only create tokens for individual service accounts');
  }
  if (subresource !== 'token') {
    return refuse('can only create token subresource of serviceaccount');
  }
  return related(question, 'serviceaccounts');
}

/** The name of what is created is unknown yet; NodeRestriction looks at it. */
const isAnothers = ({ node, action: { name, verb } }: NodeQuestion): boolean =>
  verb !== 'create' && name !== node;

function decideLease(question: NodeQuestion): Decision {
  const { namespace, verb } = question.action;
  if (!OWN_OBJECT_VERBS.has(verb)) {
    return refuse('can only get, create, update, patch, or delete a node lease');
  }
  if (namespace !== NODE_LEASE_NAMESPACE) {
    return refuse(`can only access leases in the "${NODE_LEASE_NAMESPACE}" system namespace`);
  }
  return isAnothers(question)
    ? refuse('can only access node lease with the same name as the requesting node')
    : ALLOWED;
}

function decideCsiNode(question: NodeQuestion): Decision {
  const { subresource, verb } = question.action;
  if (!OWN_OBJECT_VERBS.has(verb)) {
    return refuse('can only get, create, update, patch, or delete a CSINode');
  }
  if (subresource) return refuse('cannot authorize CSINode subresources');
  return isAnothers(question)
    ? refuse('can only access CSINode with the same name as the requesting node')
    : ALLOWED;
}

function decideSlice(question: NodeQuestion): Decision {
  const { subresource, verb } = question.action;
  if (subresource) return refuse('cannot authorize ResourceSlice subresources');
  switch (verb) {
    case 'create':
      return ALLOWED;
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return related(question, 'resourceslices');
    case 'list':
    case 'watch':
    case 'deletecollection':
      return isPinned(question, 'nodeName')
        ? ALLOWED
        : refuse(
            'can only list/watch/deletecollection resourceslices with nodeName field selector',
          );
    default:
      return refuse(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      );
  }
}

/** Whether the selection holds nothing but what says of itself that it belongs to the node. */
function isPinned({ node, action }: NodeQuestion, field: string): boolean {
  if (!action.fieldSelector) return false;
  try {
    return pinnedValue(parseFieldSelector(action.fieldSelector), field) === node;
  } catch (thrown) {
    // A selector that cannot be read selects nothing in particular; whoever sends it in a request is told elsewhere.
    if (isApiError(thrown, 'BadRequest')) return false;
    throw thrown;
  }
}

function decideNode({ node, action: { name, subresource, verb } }: NodeQuestion): Decision {
  const isWrite = verb === 'update' || verb === 'patch';
  if (subresource) return subresource === 'status' && isWrite ? ALLOWED : NO_OPINION;
  if (isWrite || verb === 'create') return ALLOWED;
  if (!READS.has(verb)) return NO_OPINION;
  if (name === node) return ALLOWED;
  return name
    ? refuse(`node '${node}' cannot read '${name}', only its own Node object`)
    : refuse(`node '${node}' cannot read all nodes, only its own Node object`);
}

function decidePod(question: NodeQuestion): Decision {
  const { subresource, verb } = question.action;
  switch (subresource ?? '') {
    case '':
      return decidePodItself(question);
    case 'status':
      return verb === 'update' || verb === 'patch' ? ALLOWED : NO_OPINION;
    case 'eviction':
      return verb === 'create' ? ALLOWED : NO_OPINION;
    default:
      return NO_OPINION;
  }
}

function decidePodItself(question: NodeQuestion): Decision {
  switch (question.action.verb) {
    case 'get':
      return related(question, 'pods');
    case 'list':
    case 'watch':
      if (isPinned(question, 'spec.nodeName')) return ALLOWED;
      return question.action.name
        ? related(question, 'pods')
        : refuse('can only list/watch pods with spec.nodeName field selector');
    case 'create':
    case 'delete':
      return ALLOWED;
    default:
      return NO_OPINION;
  }
}
