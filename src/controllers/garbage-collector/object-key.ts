import type { GroupResource } from '../../scheme/resource.ts';

/** Which object a key of the garbage collector's queue means: one uid, so that a namesake is another one. */
export interface ObjectIdentity extends GroupResource {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const SEPARATOR = '|';

/** `uid|resource|group|namespace|name`: the name is last, because names of some kinds may hold anything. */
export function toKey({ uid, resource, group, namespace, name }: ObjectIdentity): string {
  return [uid, resource, group, namespace, name].join(SEPARATOR);
}

export function parseKey(key: string): ObjectIdentity {
  const [uid = '', resource = '', group = '', namespace = '', ...name] = key.split(SEPARATOR);
  return { uid, resource, group, namespace, name: name.join(SEPARATOR) };
}
