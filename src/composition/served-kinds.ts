/** What parts of the control plane follow only where it is served: what is not served cannot be watched. */
import type { ApiServer } from '../apiserver/api-server.ts';
import { resourceDeviceTaintRules } from '../scheme/generated/resources.ts';
import { simulationFaults } from '../scheme/groups/simulation/definitions.ts';
import type { ResourceRef } from '../scheme/resource.ts';

export function servesSimulation(apiServer: ApiServer): boolean {
  return isServed(apiServer, simulationFaults);
}

export function servesDeviceTaintRules(apiServer: ApiServer): boolean {
  return isServed(apiServer, resourceDeviceTaintRules);
}

function isServed({ scheme }: ApiServer, { group, resource, version }: ResourceRef): boolean {
  return scheme.find(group, version, resource) !== undefined;
}
