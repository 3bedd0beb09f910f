import { DescribeObjectDocument } from '../generated/operations.ts';
import { type Describer, defineDescriber } from './describer.ts';
import { daemonSetDescriber } from './kinds/daemon-set.ts';
import { configMapDescriber, secretDescriber } from './kinds/data.ts';
import { deploymentDescriber } from './kinds/deployment.ts';
import { describeAnything } from './kinds/generic.ts';
import { namespaceDescriber } from './kinds/namespace.ts';
import { nodeDescriber } from './kinds/node.ts';
import { podDescriber } from './kinds/pod.ts';
import { replicaSetDescriber } from './kinds/replica-set.ts';
import { serviceDescriber } from './kinds/service.ts';
import { statefulSetDescriber } from './kinds/stateful-set.ts';

const DESCRIBERS: readonly Describer[] = [
  podDescriber,
  deploymentDescriber,
  replicaSetDescriber,
  daemonSetDescriber,
  statefulSetDescriber,
  nodeDescriber,
  serviceDescriber,
  namespaceDescriber,
  configMapDescriber,
  secretDescriber,
];

/** How to describe what a user's word means: as its kind is, or else as any object is. */
export function describerOf(word: string): Describer {
  const asked = word.toLowerCase();
  return (
    DESCRIBERS.find(({ words, resource }) => words.includes(asked) || matches(resource, asked)) ??
    defineDescriber({
      words: [asked],
      resource: word,
      document: DescribeObjectDocument,
      describe: describeAnything,
    })
  );
}

/** `deployments.apps` and `deployments.v1.apps` mean the resource `deployments.v1.apps`; `pods.v1.` is `pods`. */
function matches(resource: string, asked: string): boolean {
  const [plural, version, ...group] = resource.split('.');
  const suffix = group.join('.');
  const short = suffix === '' ? `${plural}` : `${plural}.${suffix}`;
  return asked === resource || asked === short || asked === `${plural}.${version}.${suffix}`;
}
