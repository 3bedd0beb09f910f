/**
 * A client of a few lines: one query from Deployments over their Pods to the Pods' Nodes and Events, then a subscription
 * that begins exactly where the answer ends.
 *
 *   npm run codegen
 *   npx tsx examples/client/main.ts app=nginx
 *
 * Every field below is typed by schema.graphql through `operations/`: a misspelt one does not compile.
 */
import { query, subscribe } from './connection.ts';
import {
  DeploymentsDocument,
  type DeploymentsQuery,
  WatchPodsDocument,
  type WatchPodsSubscription,
} from './generated/operations.ts';

const [labelSelector = 'app=nginx'] = process.argv.slice(2);
const namespace = 'default';

const { apps } = await query(DeploymentsDocument, { namespace, labelSelector });
const { deployments } = apps.v1;
if (!deployments) throw new Error('the server gave no list');
deployments.items.forEach(printDeployment);

const { resourceVersion } = deployments.metadata;
console.log('\nWatching their pods; scale one and see. Ctrl-C ends this.');
const changes = subscribe(WatchPodsDocument, { namespace, labelSelector, resourceVersion });
for await (const { watchCoreV1Pods: change } of changes) printChange(change);

function printDeployment({ metadata, spec, status, pods }: Deployment): void {
  console.log(`${metadata.name}: ${status?.readyReplicas ?? 0} of ${spec?.replicas} ready`);
  for (const pod of pods ?? []) {
    const address = pod.node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    console.log(`  ${pod.metadata.name} ${pod.status?.phase} ${pod.status?.podIP}`);
    console.log(`    on ${pod.node?.metadata.name ?? 'no node yet'} (${address ?? 'no address'})`);
    for (const { reason, message } of pod.events ?? []) console.log(`    ${reason}: ${message}`);
  }
}

function printChange({ type, object }: Change): void {
  const ready = object?.status?.conditions?.find((condition) => condition.type === 'Ready');
  const facts = [object?.status?.phase, `ready=${ready?.status}`, `node=${object?.spec?.nodeName}`];
  console.log(`${type} ${object?.metadata.name} ${facts.join(' ')}`);
}

type Deployment = NonNullable<DeploymentsQuery['apps']['v1']['deployments']>['items'][number];
type Change = WatchPodsSubscription['watchCoreV1Pods'];
