import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';

const words = (text: string): string[] =>
  text
    .split(' ')
    .map((word) => (word === 'core' ? '' : word))
    .sort();

/**
 * A rule as the tables of this folder write it, words separated by blanks: `allow('get list', 'core apps', 'pods replicasets')`.
 * The group without a name is `core`.
 */
export function allow(
  verbs: string,
  groups: string,
  resources: string,
  names?: string,
): PolicyRule {
  return {
    apiGroups: words(groups),
    ...(names === undefined ? {} : { resourceNames: names.split(' ').sort() }),
    resources: resources.split(' ').sort(),
    verbs: words(verbs),
  };
}

/** As {@link allow}, for paths that are no resources. */
export function allowPaths(verbs: string, paths: string): PolicyRule {
  return { nonResourceURLs: paths.split(' ').sort(), verbs: words(verbs) };
}

export const READ = 'get list watch';
export const WRITE = 'create update patch delete deletecollection';
export const READ_WRITE = `${READ} ${WRITE}`;

/** Everybody who works may say what happened. */
export const RECORD_EVENTS = allow('create update patch', 'core events.k8s.io', 'events');
