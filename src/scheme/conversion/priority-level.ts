import type { PriorityLevelConfiguration } from '../generated/types/flowcontrol-v1.ts';
import type { ApiObject } from '../object.ts';
import { withAnnotation } from './annotations.ts';
import type { Conversion } from './conversion.ts';

/** The beta versions take zero shares for shares that are not given; this annotation says that zero is meant. */
export const PRESERVE_ZERO_SHARES = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

type Limited = Readonly<Record<string, unknown>>;
type WithLimited = ApiObject & { readonly spec?: { readonly limited?: Limited } };

/** @param sharesField What the version calls the shares that v1 calls nominal. */
function createConversion(sharesField: string): Conversion {
  return {
    toStorage(object) {
      const { [sharesField]: shares, ...limited } = limitedOf(object) ?? {};
      if (shares === undefined) return object;
      const metadata = withAnnotation(object.metadata, PRESERVE_ZERO_SHARES, undefined);
      return withLimited(object, { ...limited, nominalConcurrencyShares: shares }, metadata);
    },
    fromStorage(stored) {
      const { nominalConcurrencyShares: shares, ...limited } = limitedOf(stored) ?? {};
      if (shares === undefined) return stored;
      const metadata =
        shares === 0 ? withAnnotation(stored.metadata, PRESERVE_ZERO_SHARES, '') : stored.metadata;
      return withLimited(stored, { ...limited, [sharesField]: shares }, metadata);
    },
  };
}

function limitedOf(object: ApiObject): Limited | undefined {
  return (object as WithLimited).spec?.limited;
}

function withLimited(
  object: ApiObject,
  limited: Limited,
  metadata: ApiObject['metadata'],
): ApiObject {
  const { spec } = object as PriorityLevelConfiguration;
  return { ...object, metadata, spec: { ...spec, limited } } as ApiObject;
}

/** flowcontrol.apiserver.k8s.io/v1alpha1, v1beta1 and v1beta2. */
export const ASSURED_SHARES_CONVERSION: Conversion = createConversion('assuredConcurrencyShares');

/** flowcontrol.apiserver.k8s.io/v1beta3. */
export const NOMINAL_SHARES_CONVERSION: Conversion = createConversion('nominalConcurrencyShares');
