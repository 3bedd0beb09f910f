import type { Endpoint, EndpointSlice } from '../generated/types/discovery-v1.ts';
import type {
  Endpoint as BetaEndpoint,
  EndpointSlice as BetaEndpointSlice,
} from '../generated/types/discovery-v1beta1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';

const LABEL_ZONE = 'topology.kubernetes.io/zone';
const LABEL_HOSTNAME = 'kubernetes.io/hostname';

/** The EndpointSlice of discovery.k8s.io/v1beta1, whose endpoints have a topology where v1 has a zone and a node. */
export const ENDPOINT_SLICE_CONVERSION: Conversion = {
  toStorage(object) {
    const slice = object as unknown as BetaEndpointSlice;
    return withEndpoints(slice, slice.endpoints?.map(toStoredEndpoint));
  },
  fromStorage(stored) {
    const slice = stored as EndpointSlice;
    return withEndpoints(slice, slice.endpoints?.map(fromStoredEndpoint));
  },
};

function withEndpoints(slice: object, endpoints: readonly object[] | undefined): ApiObject {
  return { ...slice, ...(endpoints ? { endpoints } : {}) } as ApiObject;
}

function toStoredEndpoint({ topology, ...endpoint }: BetaEndpoint): Endpoint {
  const { [LABEL_ZONE]: zone, ...others } = topology ?? {};
  // A host name that only repeats the node is no topology of its own.
  if (others[LABEL_HOSTNAME] === endpoint.nodeName) delete others[LABEL_HOSTNAME];
  return {
    ...endpoint,
    ...(zone === undefined ? {} : { zone }),
    ...(Object.keys(others).length > 0 ? { deprecatedTopology: others } : {}),
  };
}

function fromStoredEndpoint({ deprecatedTopology, zone, ...endpoint }: Endpoint): BetaEndpoint {
  const { nodeName } = endpoint;
  const topology = {
    ...(nodeName === undefined ? {} : { [LABEL_HOSTNAME]: nodeName }),
    ...deprecatedTopology,
    ...(zone === undefined ? {} : { [LABEL_ZONE]: zone }),
  };
  return { ...endpoint, ...(Object.keys(topology).length > 0 ? { topology } : {}) };
}
