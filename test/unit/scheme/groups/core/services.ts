import type { Service } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { serviceStrategy } from '../../../../../src/scheme/groups/core/service.ts';
import { created, withMembers } from '../harness.ts';

/** The least that a Service can be. */
export const WEB: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};

/** As the server keeps it, with the addresses that it chose. */
export const ALLOCATED = withMembers(created(serviceStrategy, WEB), {
  'spec.clusterIP': '10.96.0.10',
  'spec.clusterIPs': ['10.96.0.10'],
  'spec.ipFamilies': ['IPv4'],
  'spec.ipFamilyPolicy': 'SingleStack',
});
