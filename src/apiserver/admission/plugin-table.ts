import { createDefaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { mutatingAdmissionPolicy } from './policy/mutating-admission-policy.ts';
import { validatingAdmissionPolicy } from './policy/validating-admission-policy.ts';
import { priority } from './priority.ts';
import { createResourceQuota } from './quota/resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** What plugins are told when they are made. */
export interface AdmissionSettings {
  /** How long Pods stay on a node that has failed, where they do not say, in seconds. @default 300 */
  readonly tolerationSeconds?: number;
}

/** A plugin that this server knows. */
interface PluginEntry {
  /** Kubernetes' name, by which it is switched. */
  readonly name: string;
  /** Whether it runs unless it is disabled: Kubernetes 1.36's choice. */
  readonly isDefault: boolean;
  create(settings: AdmissionSettings): AdmissionPlugin;
}

const on = (plugin: AdmissionPlugin): PluginEntry => ({
  name: plugin.name,
  isDefault: true,
  create: () => plugin,
});

/** Every plugin in the order that Kubernetes runs them; ResourceQuota, which counts what the others made of a request, is last. */
const PLUGINS: readonly PluginEntry[] = [
  on(namespaceLifecycle),
  on(serviceAccount),
  on(taintNodesByCondition),
  on(podSecurity),
  on(priority),
  {
    name: 'DefaultTolerationSeconds',
    isDefault: true,
    create: ({ tolerationSeconds = 300 }) => createDefaultTolerationSeconds(tolerationSeconds),
  },
  on(mutatingAdmissionPolicy),
  on(validatingAdmissionPolicy),
  { name: 'ResourceQuota', isDefault: true, create: createResourceQuota },
];

/** The names that {@link AdmissionSwitches} know, in the order of the chain. */
export const ADMISSION_PLUGIN_NAMES: readonly string[] = PLUGINS.map(({ name }) => name);

export interface AdmissionSwitches {
  /** Names of plugins to run beside the default ones. @default [] */
  readonly enable?: readonly string[];
  /** Names of plugins not to run. @default [] */
  readonly disable?: readonly string[];
}

/** The chain: the default plugins, with those that are switched on and without those that are switched off. */
export function createAdmissionPlugins(
  settings: AdmissionSettings = {},
  { enable = [], disable = [] }: AdmissionSwitches = {},
): readonly AdmissionPlugin[] {
  const chosen = PLUGINS.filter(({ name, isDefault }) =>
    isDefault ? !disable.includes(name) : enable.includes(name),
  );
  return chosen.map(({ create }) => create(settings));
}
