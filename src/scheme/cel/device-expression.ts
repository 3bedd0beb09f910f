import type { Device, DeviceAttribute } from '../generated/types/resource-v1.ts';
import { type Compilation, type CompiledExpression, compileExpression } from './expression.ts';
import { fromJson } from './json.ts';
import { quantityValue } from './library/quantities.ts';
import { parseSemver } from './library/semver.ts';
import { BOOL, DYN, mapOf, objectOf, opaque, STRING } from './types.ts';
import { CelMap, type CelValue, EntriesMap } from './values.ts';

/** What one look at one device may cost at most, as in Kubernetes. */
const COST_LIMIT = 1_000_000;

const VARIABLES = {
  device: objectOf('kubernetes.DRADevice', {
    driver: STRING,
    attributes: mapOf(STRING, mapOf(STRING, DYN)),
    capacity: mapOf(STRING, mapOf(STRING, opaque('kubernetes.Quantity'))),
    allowMultipleAllocations: BOOL,
  }),
};

/** Compiles the CEL expression of a device selector: over `device`, to a bool. */
export function compileDeviceExpression(expression: string): Compilation {
  return compileExpression({ expression, variables: VARIABLES, resultTypes: [BOOL] });
}

/**
 * Whether a device is what the expression asks for.
 * @throws {CelEvaluationError} when it reads what the device has not; {@link CelCostError} when it costs too much
 */
export function selectsDevice(
  expression: CompiledExpression,
  driver: string,
  { attributes = {}, capacity = {}, allowMultipleAllocations = false }: Device,
): boolean {
  const device = {
    driver,
    attributes: byDomain(driver, attributes, attributeValue),
    capacity: byDomain(driver, capacity, ({ value }) => quantityValue(value)),
    allowMultipleAllocations,
  };
  return expression.evaluate({ device }, { costLimit: COST_LIMIT }).value === true;
}

/** Parts a name like `gpu.example.com/model`; without a domain it is of the driver's. */
export function domainAndName(driver: string, qualified: string): readonly [string, string] {
  const slash = qualified.indexOf('/');
  return slash < 0 ? [driver, qualified] : [qualified.slice(0, slash), qualified.slice(slash + 1)];
}

/** The one value that an attribute has, as it is written; lists count as a whole. */
export function plainAttribute(attribute: DeviceAttribute): unknown {
  const { bool, int, string, version, bools, ints, strings, versions } = attribute;
  return bool ?? int ?? string ?? version ?? bools ?? ints ?? strings ?? versions;
}

function attributeValue(attribute: DeviceAttribute): unknown {
  const { version, versions } = attribute;
  if (version !== undefined) return parseSemver(version);
  return versions ? versions.map(parseSemver) : plainAttribute(attribute);
}

function byDomain<T>(
  driver: string,
  values: Readonly<Record<string, T>>,
  toValue: (value: T) => unknown,
): CelMap {
  const domains = new Map<string, Record<string, unknown>>();
  for (const [qualified, value] of Object.entries(values)) {
    const [domain, name] = domainAndName(driver, qualified);
    const known = domains.get(domain) ?? {};
    domains.set(domain, { ...known, [name]: toValue(value) });
  }
  return new DomainMap(domains);
}

const NOTHING = new EntriesMap([]);

/** A domain that the device says nothing of is empty and no error, so that names in it can be asked for with `has`. */
class DomainMap extends CelMap {
  readonly #domains: ReadonlyMap<string, CelMap>;

  constructor(domains: ReadonlyMap<string, Readonly<Record<string, unknown>>>) {
    super();
    this.#domains = new Map(
      [...domains].map(([domain, values]) => [domain, mapOfJson(values)] as const),
    );
  }

  get size(): number {
    return this.#domains.size;
  }

  get(key: CelValue): CelValue | undefined {
    return typeof key === 'string' ? (this.#domains.get(key) ?? NOTHING) : undefined;
  }

  override has(key: CelValue): boolean {
    return typeof key === 'string' && this.#domains.has(key);
  }

  keys(): Iterable<CelValue> {
    return this.#domains.keys();
  }
}

function mapOfJson(values: Readonly<Record<string, unknown>>): CelMap {
  return new EntriesMap(
    Object.entries(values).map(([name, value]) => [name, fromJson(value, DYN)] as const),
  );
}
