import { podStrategy } from '../../src/scheme/groups/core/pod.ts';
import { serviceStrategy } from '../../src/scheme/groups/core/service.ts';
import { namespaceStrategy } from '../../src/scheme/groups/core/namespace.ts';
import { eventStrategy } from '../../src/scheme/groups/core/event.ts';
import { configMapStrategy } from '../../src/scheme/groups/core/config-map.ts';
import { nodeStrategy } from '../../src/scheme/groups/core/node.ts';
import { deploymentStrategy } from '../../src/scheme/groups/apps/deployment.ts';
import type { StrategyMap } from '../../src/scheme/scheme.ts';
export const STRATEGIES = new Map([
  ['/Pod', podStrategy], ['/Service', serviceStrategy], ['/Namespace', namespaceStrategy], ['/Event', eventStrategy],
  ['/ConfigMap', configMapStrategy], ['/Node', nodeStrategy], ['apps/Deployment', deploymentStrategy],
]) as unknown as StrategyMap;
