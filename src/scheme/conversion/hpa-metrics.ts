/**
 * The metrics of a HorizontalPodAutoscaler in the flat shape of autoscaling/v2beta1, in which autoscaling/v1 writes them into annotations: `metricName`
 * instead of `metric.name`, `targetAverageValue` instead of `target.averageValue`.
 */
import { deepEqual } from '../../lib/deep-equal.ts';

/** A MetricSpec or a MetricStatus: a type, and one source under its own name. */
export interface Metric {
  readonly type: string;
  readonly [source: string]: unknown;
}

/** Where a source keeps its figures: `target` in a spec, `current` in a status. */
export type Figures = 'target' | 'current';

type Json = Record<string, unknown>;

/** Flat names by path, `*` standing for the figures. */
type FlatNames = Readonly<Record<string, string>>;

const METRIC_NAME = { 'metric.name': 'metricName' };
const RESOURCE = {
  name: 'name',
  '*.averageUtilization': '*AverageUtilization',
  '*.averageValue': '*AverageValue',
};

const SOURCES: Readonly<Record<string, FlatNames>> = {
  containerResource: { container: 'container', ...RESOURCE },
  external: {
    ...METRIC_NAME,
    'metric.selector': 'metricSelector',
    '*.value': '*Value',
    '*.averageValue': '*AverageValue',
  },
  object: {
    ...METRIC_NAME,
    describedObject: 'target',
    'metric.selector': 'selector',
    '*.value': '*Value',
    '*.averageValue': 'averageValue',
  },
  pods: { ...METRIC_NAME, 'metric.selector': 'selector', '*.averageValue': '*AverageValue' },
  resource: RESOURCE,
};

/** `metric` in the flat shape where that can say all of it, otherwise as it is. */
export function flattenMetric(metric: Metric, figures: Figures): Metric {
  const flat = toFlatMetric(metric, figures);
  return deepEqual(unflattenMetric(flat, figures), metric) ? flat : metric;
}

/** `metric` in the flat shape, without what that cannot say. */
export function toFlatMetric(metric: Metric, figures: Figures): Metric {
  return mapSources(metric, (names, source) => flatten(names, source, figures));
}

/** `metric` as autoscaling/v2 has it, from either shape. */
export function unflattenMetric(metric: Metric, figures: Figures): Metric {
  return mapSources(metric, (names, source) => {
    const isFlat = !('metric' in source) && !('name' in source && figures in source);
    return isFlat ? unflatten(names, source, figures) : source;
  });
}

function mapSources(metric: Metric, change: (names: FlatNames, source: Json) => Json): Metric {
  const result: Record<string, unknown> & { type: string } = { ...metric };
  for (const [key, names] of Object.entries(SOURCES)) {
    const source = metric[key];
    if (typeof source === 'object' && source !== null) result[key] = change(names, source as Json);
  }
  return result;
}

function flatten(names: FlatNames, source: Json, figures: Figures): Json {
  const flat: Json = {};
  for (const [path, name] of Object.entries(names)) {
    const [first, second] = path.replace('*', figures).split('.') as [string, string?];
    const value = second === undefined ? source[first] : (source[first] as Json)?.[second];
    if (value !== undefined) flat[name.replace('*', figures)] = value;
  }
  return flat;
}

function unflatten(names: FlatNames, flat: Json, figures: Figures): Json {
  const source: Json = {};
  for (const [path, name] of Object.entries(names)) {
    const value = flat[name.replace('*', figures)];
    if (value === undefined) continue;
    const [first, second] = path.replace('*', figures).split('.') as [string, string?];
    if (second === undefined) source[first] = value;
    else source[first] = { ...(source[first] as Json | undefined), [second]: value };
  }
  if (figures === 'target') source.target = withTargetType(source.target as Json | undefined);
  else source.current ??= {};
  return source;
}

/** The flat shape leaves the type of a target to be told from the figure that it gives. */
function withTargetType(target: Json = {}): Json {
  if (target.averageUtilization !== undefined) return { type: 'Utilization', ...target };
  if (target.averageValue === undefined) return { type: 'Value', ...target };
  const { value, ...rest } = target;
  // The flat shape of an object's target cannot leave out its value: it writes zero.
  return { type: 'AverageValue', ...(value === undefined || value === '0' ? rest : target) };
}
