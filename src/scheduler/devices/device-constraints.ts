import { domainAndName, plainAttribute } from '../../scheme/cel/device-expression.ts';
import type { DeviceConstraint } from '../../scheme/generated/types/resource-v1.ts';
import type { PublishedDevice } from './device-pools.ts';

/** A device that was chosen for a request. */
export interface ChosenDevice {
  /** As results name the request: `request`, or `request/alternative`. */
  readonly request: string;
  readonly device: PublishedDevice;
}

/**
 * Whether `next` goes with what was chosen before: the attribute of all must be equal, or of each another. Of lists all must
 * share a value, or none may.
 */
export function agrees(
  constraint: DeviceConstraint,
  chosen: readonly ChosenDevice[],
  next: ChosenDevice,
): boolean {
  const { matchAttribute, distinctAttribute } = constraint;
  const attribute = matchAttribute ?? distinctAttribute;
  if (attribute === undefined || !concerns(constraint, next)) return true;
  const values = valuesOf(next.device, attribute);
  if (values.length === 0) return false;
  const others = chosen
    .filter((each) => concerns(constraint, each))
    .map(({ device }) => valuesOf(device, attribute));
  return matchAttribute === undefined
    ? !others.some((other) => values.some((value) => other.includes(value)))
    : values.some((value) => others.every((other) => other.includes(value)));
}

/** A constraint is about the requests that it names, or about all; a request's name stands for its alternatives too. */
function concerns({ requests = [] }: DeviceConstraint, { request }: ChosenDevice): boolean {
  return requests.length === 0 || requests.some((name) => namesRequest(name, request));
}

export function namesRequest(name: string, request: string): boolean {
  return name === request || request.startsWith(`${name}/`);
}

/** Values of different types differ; one value is a list of one. */
function valuesOf({ driver, device }: PublishedDevice, qualified: string): readonly string[] {
  const [domain, name] = domainAndName(driver, qualified);
  const attributes = device.attributes ?? {};
  const found =
    attributes[`${domain}/${name}`] ?? (domain === driver ? attributes[name] : undefined);
  if (!found) return [];
  const type = Object.keys(found)[0]?.replace(/s$/, '');
  return [plainAttribute(found)].flat().map((value) => `${type} ${JSON.stringify(value)}`);
}
