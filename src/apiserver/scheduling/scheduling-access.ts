import { ApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { ApiServerOptions } from '../api-server-options.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import type { Serve } from '../serve.ts';
import { readPodDecisions } from './pod-decisions.ts';
import type {
  DecisionRequest,
  DecisionsOfPods,
  SimulationRequest,
  ToldSimulation,
} from './scheduling-questions.ts';
import { simulateScheduling } from './simulate-scheduling.ts';

export interface SchedulingAccessParts {
  readonly registry: Registry;
  readonly options: Pick<ApiServerOptions, 'decisions' | 'schedulingSimulator'>;
  readonly serve: Serve;
}

/** Under which name these requests are in the audit log: they are about Pods, and change none. */
const SUBRESOURCE = 'scheduling';

/** What was decided about Pods, and what would be. */
export class SchedulingAccess {
  readonly #parts: SchedulingAccessParts;

  constructor(parts: SchedulingAccessParts) {
    this.#parts = parts;
  }

  /** @throws {ApiError} NotFound where this server keeps no decisions */
  podDecisions(ctx: RequestContext, request: DecisionRequest): Promise<DecisionsOfPods> {
    const { options, registry, serve } = this.#parts;
    const { decisions } = options;
    if (!decisions) throw new ApiError('NotFound', 'this server keeps no scheduling decisions');
    const [first, second] = request.pods;
    const place = second ? {} : { namespace: first?.namespace, name: first?.name };
    return serve(ctx, { ...QUESTION, ...place }, (context) =>
      readPodDecisions(registry, context, decisions, request),
    );
  }

  /** @throws {ApiError} NotFound where this server simulates nothing, and what {@link simulateScheduling} throws */
  simulate(ctx: RequestContext, request: SimulationRequest): Promise<ToldSimulation> {
    const { options, registry, serve } = this.#parts;
    const { schedulingSimulator } = options;
    if (!schedulingSimulator) throw new ApiError('NotFound', 'this server simulates no scheduling');
    const { namespace } = request;
    return serve(ctx, { ...QUESTION, namespace }, (context) =>
      simulateScheduling(registry, context, schedulingSimulator, request),
    );
  }
}

const QUESTION = { verb: 'get', ref: corePods, subresource: SUBRESOURCE };
