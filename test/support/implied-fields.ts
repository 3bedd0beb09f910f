import type { ApiObject } from '../../src/scheme/object.ts';
import { type ResourceDefinition, storedResource } from '../../src/scheme/resource.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const PRESERVE_ZERO_SHARES = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

/** What an object of any of the kinds below may have. */
interface Fields extends ApiObject {
  spec?: {
    devices?: { basic?: object }[];
    limited?: { assuredConcurrencyShares?: number; nominalConcurrencyShares?: number };
    rollbackTo?: { revision?: number };
  };
  status?: { currentReplicas?: number; conditions?: { status?: string }[] };
  regarding?: object;
  endpoints?: { nodeName?: string; topology?: Record<string, string> }[];
}

type Imply = (object: Fields, definition: ResourceDefinition) => void;

const IMPLIED: Readonly<Record<string, Imply>> = {
  'apps/Deployment': ({ spec }) => {
    if (spec?.rollbackTo) spec.rollbackTo.revision ??= 0;
  },
  'autoscaling/HorizontalPodAutoscaler': ({ status }) => {
    if (status) status.currentReplicas ??= 0;
  },
  'certificates.k8s.io/CertificateSigningRequest': ({ status }) => {
    for (const condition of status?.conditions ?? []) condition.status ??= 'True';
  },
  'discovery.k8s.io/EndpointSlice': ({ endpoints }, { version }) => {
    if (version !== 'v1beta1') return;
    for (const endpoint of endpoints ?? []) {
      if (endpoint.nodeName === undefined) continue;
      endpoint.topology = { [HOSTNAME]: endpoint.nodeName, ...endpoint.topology };
    }
  },
  '/Event': (event) => {
    const { regarding } = event;
    if (regarding && Object.keys(regarding).length === 0)
      Reflect.deleteProperty(event, 'regarding');
  },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': ({ metadata, spec }, { version }) => {
    const { assuredConcurrencyShares, nominalConcurrencyShares } = spec?.limited ?? {};
    if (version === 'v1' || (assuredConcurrencyShares ?? nominalConcurrencyShares) !== 0) return;
    metadata.annotations = { ...metadata.annotations, [PRESERVE_ZERO_SHARES]: '' };
  },
  'resource.k8s.io/ResourceSlice': ({ spec }, { version }) => {
    if (version !== 'v1beta1') return;
    for (const device of spec?.devices ?? []) device.basic ??= {};
  },
};

/** Adds what one version cannot leave out and another can, so that objects that mean the same compare equal. */
export function withImplied(definition: ResourceDefinition, object: ApiObject): ApiObject {
  const copy = structuredClone(object) as Fields;
  IMPLIED[`${storedResource(definition).group}/${definition.kind}`]?.(copy, definition);
  return copy;
}

/** Without empty lists: whether they are there says nothing where a version lets them be left out. */
export function withoutEmpty<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutEmpty) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(
    ([, member]) => !(Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(members.map(([key, member]) => [key, withoutEmpty(member)])) as T;
}
