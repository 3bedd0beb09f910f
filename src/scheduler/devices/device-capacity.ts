/** How much of a device's capacity a request takes. Pure. */
import { domainAndName } from '../../scheme/cel/device-expression.ts';
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  Device,
  DeviceCapacity,
} from '../../scheme/generated/types/resource-v1.ts';
import { formatQuantity, quantityOf } from '../../scheme/quantity.ts';

/** Amounts by the names of a device's capacities, in units of 10^-9. */
export type Amounts = Readonly<Record<string, bigint>>;

type Requests = Readonly<Record<string, string>>;

const nanoOf = (quantity: string): bigint => quantityOf(quantity).nano;

/**
 * What a request takes of each capacity of a device, rounded up as the capacity's policy says; undefined for a device that
 * cannot give that, be it all free. What is not asked for is taken by the policy's default, or else whole.
 */
export function consumptionOf(
  driver: string,
  { capacity = {} }: Device,
  requests: Requests,
): Amounts | undefined {
  const wanted = new Map(
    Object.entries(requests).map(([name, value]) => [domainAndName(driver, name).join('/'), value]),
  );
  const amounts: Record<string, bigint> = {};
  for (const [name, offered] of Object.entries(capacity)) {
    const qualified = domainAndName(driver, name).join('/');
    const amount = amountOf(offered, wanted.get(qualified));
    if (amount === undefined || amount > nanoOf(offered.value)) return undefined;
    amounts[name] = amount;
    wanted.delete(qualified);
  }
  return wanted.size === 0 ? amounts : undefined;
}

/** As results of an allocation have it. */
export function writtenAmounts({ capacity = {} }: Device, amounts: Amounts) {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, nano]) => {
      const { format } = quantityOf(capacity[name]?.value ?? '0');
      return [name, formatQuantity({ nano, format })];
    }),
  );
}

function amountOf(
  { requestPolicy = {}, value }: DeviceCapacity,
  wanted: string | undefined,
): bigint | undefined {
  if (wanted === undefined) return nanoOf(requestPolicy.default ?? value);
  return roundedUp(nanoOf(wanted), requestPolicy);
}

/** The least amount that a policy allows and that is enough; undefined when it allows none. */
function roundedUp(
  wanted: bigint,
  { validValues, validRange }: CapacityRequestPolicy,
): bigint | undefined {
  if (validValues?.length) return validValues.map(nanoOf).find((value) => value >= wanted);
  return validRange ? withinRange(wanted, validRange) : wanted;
}

function withinRange(
  wanted: bigint,
  { min, max, step }: CapacityRequestPolicyRange,
): bigint | undefined {
  const least = nanoOf(min);
  const more = wanted > least ? wanted - least : 0n;
  const stride = step === undefined ? 0n : nanoOf(step);
  const amount = least + (stride > 0n ? ((more + stride - 1n) / stride) * stride : more);
  return max === undefined || amount <= nanoOf(max) ? amount : undefined;
}
