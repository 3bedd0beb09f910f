import { Histogram, type Metric, type MetricRegistry, type Sample } from '../lib/metrics.ts';
import { isApiError } from '../scheme/errors.ts';
import type { ApiRequest } from './api-request.ts';

/** Kubernetes' buckets for the time that requests take, in seconds. */
const DURATION_BOUNDS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
];
const MS_PER_SECOND = 1_000;

/** The verbs as Kubernetes' figures spell them. */
const VERBS: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
};
const READ_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What requests have in common that are counted together. */
interface Series {
  readonly request: ApiRequest;
  readonly durations: Histogram;
  /** How many, by the code of their answer. */
  readonly codes: Map<number, number>;
}

/**
 * Counts requests and measures how long they take, whichever door they come in by; the control plane's own are among them.
 * The hot path costs two looks at the clock and two at a map.
 */
export class RequestMetrics {
  readonly #series = new Map<string, Series>();
  readonly #inFlight = { readOnly: 0, mutating: 0 };

  /** @param registry Gets the figures, by Kubernetes' names. */
  constructor(registry: MetricRegistry) {
    for (const metric of this.#metrics()) registry.add(metric);
  }

  /** Counts the requests that `answer` answers, once it is there. Gives `answer` back. */
  follow<T>(requests: ApiRequest | readonly ApiRequest[], answer: Promise<T>): Promise<T> {
    const first = 'ref' in requests ? requests : requests[0];
    if (!first) return answer;
    const kind = READ_VERBS.has(first.verb) ? 'readOnly' : 'mutating';
    const startMs = performance.now();
    this.#inFlight[kind]++;
    const finish = (failure?: unknown) => {
      this.#inFlight[kind]--;
      const seconds = (performance.now() - startMs) / MS_PER_SECOND;
      for (const request of 'ref' in requests ? [requests] : requests) {
        this.#count(request, failure ? codeOf(failure) : successOf(request), seconds);
      }
    };
    answer.then(() => finish(), finish);
    return answer;
  }

  #metrics(): readonly Metric[] {
    return [
      {
        name: 'apiserver_request_total',
        help: 'Requests, by verb, resource, scope and the HTTP code of the answer.',
        type: 'counter',
        read: () => this.#totals(),
      },
      {
        name: 'apiserver_request_duration_seconds',
        help: 'How long requests took, in seconds. A watch counts until it is open.',
        type: 'histogram',
        read: () => this.#durations(),
      },
      {
        name: 'apiserver_current_inflight_requests',
        help: 'Requests that are under way.',
        type: 'gauge',
        read: () =>
          Object.entries(this.#inFlight).map(([request_kind, value]) => ({
            labels: { request_kind },
            value,
          })),
      },
    ];
  }

  #count(request: ApiRequest, code: number, seconds: number): void {
    const { ref, subresource, verb } = request;
    const key = `${verb} ${scopeOf(request)} ${ref.group}/${ref.version}/${ref.resource}/${subresource}`;
    let series = this.#series.get(key);
    if (!series) {
      // Its body would be kept for ever.
      const kept = { ...request, body: undefined };
      series = { request: kept, durations: new Histogram(DURATION_BOUNDS), codes: new Map() };
      this.#series.set(key, series);
    }
    series.durations.observe(seconds);
    series.codes.set(code, (series.codes.get(code) ?? 0) + 1);
  }

  *#totals(): Iterable<Sample> {
    for (const { codes, request } of this.#series.values()) {
      for (const [code, value] of codes) {
        yield { labels: { code: String(code), ...labelsOf(request) }, value };
      }
    }
  }

  *#durations(): Iterable<Sample> {
    for (const { durations, request } of this.#series.values()) {
      yield { labels: labelsOf(request), value: durations };
    }
  }
}

function labelsOf(request: ApiRequest) {
  const { ref, subresource = '', verb } = request;
  return {
    component: 'apiserver',
    group: ref.group,
    resource: ref.resource,
    scope: scopeOf(request),
    subresource,
    verb: VERBS[verb] ?? verb.toUpperCase(),
    version: ref.version,
  };
}

/** Kubernetes' word for what a request is about: one object, a namespace, or the whole cluster. */
function scopeOf({ name, namespace, verb }: ApiRequest): string {
  if (name || verb === 'create') return 'resource';
  return namespace ? 'namespace' : 'cluster';
}

function successOf({ verb }: ApiRequest): number {
  return verb === 'create' ? 201 : 200;
}

function codeOf(failure: unknown): number {
  return isApiError(failure) ? failure.code : 500;
}
