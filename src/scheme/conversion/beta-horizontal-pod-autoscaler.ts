import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
} from '../generated/types/autoscaling-v2.ts';
import type { ApiObject } from '../object.ts';
import { withAnnotation } from './annotations.ts';
import type { Conversion } from './conversion.ts';
import { BEHAVIOR, formatBehavior, parseBehavior } from './hpa-behavior.ts';
import { type Figures, type Metric, toFlatMetric, unflattenMetric } from './hpa-metrics.ts';
import { lossless } from './lossless.ts';

/** Figures that v2beta1 cannot leave out, by source: it says zero. */
const NEVER_MISSING: Readonly<Record<Figures, Readonly<Record<string, string>>>> = {
  target: { object: 'targetValue', pods: 'targetAverageValue' },
  current: {
    containerResource: 'currentAverageValue',
    external: 'currentValue',
    object: 'currentValue',
    pods: 'currentAverageValue',
    resource: 'currentAverageValue',
  },
};

/** autoscaling/v2beta1, whose metrics are flat, and whose behavior is in an annotation. */
export const BETA_HORIZONTAL_POD_AUTOSCALER_CONVERSION: Conversion = lossless(
  'autoscaling.v2beta1',
  {
    toStorage(object) {
      const autoscaler = object as HorizontalPodAutoscaler;
      const behavior = parseBehavior(autoscaler.metadata.annotations?.[BEHAVIOR]);
      const metadata = behavior
        ? withAnnotation(autoscaler.metadata, BEHAVIOR, undefined)
        : autoscaler.metadata;
      return convert({ ...autoscaler, metadata }, unflattenMetric, behavior);
    },
    fromStorage(stored) {
      const autoscaler = stored as HorizontalPodAutoscaler;
      const { behavior } = autoscaler.spec ?? {};
      const metadata = behavior
        ? withAnnotation(autoscaler.metadata, BEHAVIOR, formatBehavior(behavior))
        : autoscaler.metadata;
      return convert({ ...autoscaler, metadata }, toBetaMetric, undefined);
    },
  },
);

type ChangeMetric = (metric: Metric, figures: Figures) => Metric;

function convert(
  { spec, status, ...autoscaler }: HorizontalPodAutoscaler,
  change: ChangeMetric,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
): ApiObject {
  const { behavior: _elsewhere, ...rest } = spec ?? {};
  return {
    ...autoscaler,
    ...(spec
      ? { spec: { ...withMetrics(rest, 'metrics', change), ...(behavior ? { behavior } : {}) } }
      : {}),
    ...(status ? { status: withMetrics(status, 'currentMetrics', change) } : {}),
  } as ApiObject;
}

function withMetrics(
  part: object,
  field: 'metrics' | 'currentMetrics',
  change: ChangeMetric,
): object {
  const metrics = (part as Record<string, readonly Metric[] | undefined>)[field];
  if (!metrics) return part;
  const figures = field === 'metrics' ? 'target' : 'current';
  return { ...part, [field]: metrics.map((metric) => change(metric, figures)) };
}

function toBetaMetric(metric: Metric, figures: Figures): Metric {
  const flat = toFlatMetric(metric, figures);
  const filled = Object.entries(NEVER_MISSING[figures]).flatMap(([source, field]) => {
    const value = flat[source];
    return value ? [[source, { [field]: '0', ...(value as object) }]] : [];
  });
  return { ...flat, ...Object.fromEntries(filled) };
}
