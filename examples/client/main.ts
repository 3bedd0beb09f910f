/**
 * A client of a few lines: one query from a Deployment over its Pods to their Nodes and Events, then a subscription that
 * begins exactly where the answer ends.
 *
 *   npm run codegen
 *   npx tsx examples/client/main.ts nginx-deployment
 *
 * Every field below is typed by schema.graphql through `operations/`: a misspelt one does not compile.
 */
import { query, subscribe } from './connection.ts';
import {
  DeploymentDocument,
  type DeploymentQuery,
  WatchPodsDocument,
  type WatchPodsSubscription,
} from './generated/operations.ts';

const [name = 'nginx-deployment', labelSelector = 'app=nginx'] = process.argv.slice(2);
const namespace = 'default';

const { apps } = await query(DeploymentDocument, { namespace, name });
const { deployment } = apps.v1;
if (!deployment) throw new Error(`there is no deployment ${name}`);
printDeployment(deployment);

const { resourceVersion } = deployment.metadata;
console.log('\nWatching its pods; scale it and see. Ctrl-C ends this.');
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

type Deployment = NonNullable<DeploymentQuery['apps']['v1']['deployment']>;
type Change = WatchPodsSubscription['watchCoreV1Pods'];
