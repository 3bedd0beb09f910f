import { deepEqual } from '../../lib/deep-equal.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { featuresNeededByUpdate } from '../../scheme/node-features.ts';
import { concerning } from './match.ts';
import { NODES, nodeOf } from './node-of-pod.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';

const isPod = concerning('pods', ['UPDATE']);
const isResize = concerning('pods', ['UPDATE'], 'resize');

/** A Pod that runs changes only in ways that its node says it can follow. */
export const nodeDeclaredFeatureValidator: AdmissionPlugin = {
  name: 'NodeDeclaredFeatureValidator',
  reads: [NODES],
  handles: (...given) => isPod(...given) || isResize(...given),
  validate(request) {
    const next = request.object as Pod;
    const current = request.current as Pod;
    if (!next.spec?.nodeName || deepEqual(next.spec, current.spec)) return;
    const needed = featuresNeededByUpdate(next, current);
    if (needed.length === 0) return;
    const node = nodeOf(request, next);
    const declared = new Set(node.status?.declaredFeatures);
    const missing = needed.filter((feature) => !declared.has(feature)).sort();
    if (missing.length === 0) return;
    const { name } = node.metadata;
    throw refusal(
      request,
      `pod update requires features ${missing.join(', ')} which are not available on node "${name}"`,
    );
  },
};
