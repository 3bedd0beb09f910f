/** A behavior in the annotation of versions that have no field for it: with the field names of Go, as Kubernetes writes it. */
import type { HorizontalPodAutoscalerBehavior } from '../generated/types/autoscaling-v2.ts';
import { parseAnnotation } from './annotations.ts';

/** The annotation's name. */
export const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';

/** `{"ScaleUp":{"StabilizationWindowSeconds":0}}` */
export function formatBehavior(behavior: HorizontalPodAutoscalerBehavior): string {
  return JSON.stringify(mapKeys(behavior, toGoName));
}

/** Undefined for what is no behavior: then the annotation says nothing, and stays. */
export function parseBehavior(
  text: string | undefined,
): HorizontalPodAutoscalerBehavior | undefined {
  const value = parseAnnotation(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return mapKeys(value, fromGoName) as HorizontalPodAutoscalerBehavior;
}

function mapKeys(value: unknown, change: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapKeys(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [change(key), mapKeys(member, change)]));
}

const toGoName = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);
const fromGoName = (key: string): string => key.charAt(0).toLowerCase() + key.slice(1);
