/** How the making and the growing of simulated disks fails, as the parameters of their class say. */
import { type Random, seededRandom } from '../../lib/random.ts';
import type { StorageClass } from '../../scheme/generated/types/storage-v1.ts';
import { compareQuantities, quantityError } from '../../scheme/quantity.ts';
import {
  PARAMETER_FAILURE_RATE,
  PARAMETER_MAXIMUM_SIZE,
  PARAMETER_SEED,
} from '../../scheme/storage/simulated-driver.ts';
import { seedOf } from '../../scheme/usage/wave.ts';

/** After this long an attempt that cannot succeed is made again, in case that what is wrong is not any more. */
export const INFEASIBLE_RETRY_MS = 300_000;

/** A code of gRPC, in which CSI drivers answer. */
type Code = 'Internal' | 'InvalidArgument' | 'OutOfRange';

/** Why a driver has not done what it was asked to. */
export class DiskFailure extends Error {
  readonly code: Code;

  constructor(code: Code, description: string) {
    super(`rpc error: code = ${code} desc = ${description}`);
    this.code = code;
  }

  /** Whether the same will be answered to the same wish. */
  get isInfeasible(): boolean {
    return this.code !== 'Internal';
  }
}

/** What becomes of each attempt to make a disk, or to grow one. One seed gives one course of attempts. */
export class DiskAttempts {
  readonly #purpose: 'grow' | 'make';
  readonly #random: Random;
  readonly #seeded = new Map<string, Random>();

  /** @param random for classes that have no seed */
  constructor(purpose: 'grow' | 'make', random: Random) {
    this.#purpose = purpose;
    this.#random = random;
  }

  /** Why a disk cannot be as large as that, at this attempt; undefined when it can. */
  failureOf({ parameters = {} }: StorageClass, storage: string): DiskFailure | undefined {
    const problem = parameterProblem(parameters);
    if (problem !== undefined) return new DiskFailure('InvalidArgument', problem);
    const maximum = parameters[PARAMETER_MAXIMUM_SIZE];
    if (maximum !== undefined && compareQuantities(storage, maximum) > 0) {
      const description = `${storage} is more than ${maximum}, the ${PARAMETER_MAXIMUM_SIZE} of the class`;
      return new DiskFailure('OutOfRange', description);
    }
    const rate = Number(parameters[PARAMETER_FAILURE_RATE] ?? 0);
    if (rate === 0 || this.#randomOf(parameters[PARAMETER_SEED])() >= rate) return undefined;
    return new DiskFailure(
      'Internal',
      `this attempt failed, as the ${PARAMETER_FAILURE_RATE} of the class wants it`,
    );
  }

  #randomOf(seed: string | undefined): Random {
    if (seed === undefined) return this.#random;
    const random = this.#seeded.get(seed) ?? seededRandom(seedOf(`${seed}/${this.#purpose}`));
    this.#seeded.set(seed, random);
    return random;
  }
}

function parameterProblem(parameters: Readonly<Record<string, string>>): string | undefined {
  const { [PARAMETER_FAILURE_RATE]: rate, [PARAMETER_MAXIMUM_SIZE]: maximum } = parameters;
  if (maximum !== undefined && quantityError(maximum) !== undefined) {
    return `${PARAMETER_MAXIMUM_SIZE}: ${JSON.stringify(maximum)} is no quantity`;
  }
  if (rate !== undefined && !(rate.trim() !== '' && Number(rate) >= 0 && Number(rate) <= 1)) {
    return `${PARAMETER_FAILURE_RATE}: ${JSON.stringify(rate)} is no number from 0 to 1`;
  }
  return undefined;
}
