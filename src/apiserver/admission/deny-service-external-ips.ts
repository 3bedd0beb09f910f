import type { Service } from '../../scheme/generated/types/core-v1.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';

/** Nobody may draw the traffic of an address to a Service by claiming the address. Those that are there may stay. */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  handles: concerning('services', ['CREATE', 'UPDATE']),
  validate(request) {
    const before = new Set((request.current as Service | undefined)?.spec?.externalIPs);
    const { externalIPs = [] } = (request.object as Service).spec ?? {};
    if (externalIPs.every((address) => before.has(address))) return;
    throw refusal(request, 'Use of external IPs is denied by admission control');
  },
};
