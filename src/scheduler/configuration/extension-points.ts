import type { Plugin } from '../framework.ts';

/** The methods of a plugin that belong to each extension point of a configuration. */
const METHODS = {
  preEnqueue: ['preEnqueue'],
  queueSort: ['queueSort'],
  preFilter: ['preFilter', 'preFilterDomains'],
  filter: ['preFilter', 'preFilterDomains'],
  postFilter: ['postFilter'],
  preScore: ['preScore', 'preScoreDomains'],
  score: ['preScore', 'preScoreDomains'],
  reserve: ['reserve', 'unreserve'],
  permit: ['permit'],
  preBind: ['preBind'],
  bind: ['bind'],
  postBind: ['postBind'],
} as const satisfies Record<string, readonly (keyof Plugin)[]>;

export type ExtensionPoint = keyof typeof METHODS;

export const EXTENSION_POINTS = Object.keys(METHODS) as ExtensionPoint[];

/** Whether the plugin does anything at the point. */
export function extendsPoint(plugin: Plugin, point: ExtensionPoint): boolean {
  return METHODS[point].some((method) => plugin[method] !== undefined);
}

/**
 * The plugin at these points alone. A point and the one that prepares it (`preFilter` and `filter`, `preScore` and `score`)
 * are one here: without either, the plugin does neither.
 */
export function atPoints(plugin: Plugin, points: ReadonlySet<ExtensionPoint>): Plugin {
  const restricted: Record<string, unknown> = { ...plugin };
  for (const point of EXTENSION_POINTS) {
    if (points.has(point)) continue;
    for (const method of METHODS[point]) delete restricted[method];
  }
  return restricted as unknown as Plugin;
}
