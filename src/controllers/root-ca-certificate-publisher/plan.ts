/** What the ConfigMap of the cluster's certificate authority is to hold. Pure. */
import type { ConfigMap, Namespace } from '../../scheme/generated/types/core-v1.ts';

/** Every namespace has it: Pods check the API server's certificate with it. */
export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

const KEY = 'ca.crt';
const ANNOTATION_DESCRIPTION = 'kubernetes.io/description';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** The ConfigMap as it is to be written, or undefined where it is as it should be, or its namespace gets nothing new. */
export function planRootCa(
  namespace: Namespace | undefined,
  existing: ConfigMap | undefined,
  certificate: string,
): ConfigMap | undefined {
  if (!namespace || namespace.status?.phase === 'Terminating') return undefined;
  if (namespace.metadata.deletionTimestamp) return undefined;
  if (existing && isAsItShouldBe(existing, certificate)) return undefined;
  const metadata = existing?.metadata ?? {
    name: ROOT_CA_CONFIG_MAP,
    namespace: namespace.metadata.name ?? '',
  };
  const annotations = { ...metadata.annotations, [ANNOTATION_DESCRIPTION]: DESCRIPTION };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, annotations },
    data: { [KEY]: certificate },
  };
}

/** Whoever describes it in other words may: a client of an older cluster knows no description at all. */
function isAsItShouldBe({ data = {}, metadata }: ConfigMap, certificate: string): boolean {
  const isDescribed = (metadata.annotations?.[ANNOTATION_DESCRIPTION] ?? '') !== '';
  return isDescribed && data[KEY] === certificate && Object.keys(data).length === 1;
}
