import { type FieldError, forbiddenField } from '../../../field-error.ts';
import type { PodTemplateSpec } from '../../../generated/types/core-v1.ts';
import { validateAnnotations, validateLabels } from '../../../metadata-validation.ts';
import { validatePodAnnotations } from './validate-pod-annotations.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

/** Judges a Pod template, after its defaults are in. */
export function validatePodTemplate(
  template: PodTemplateSpec,
  path: string,
  errors: FieldError[],
): void {
  validateTemplateMetadata(template, path, errors);
  const { spec = { containers: [] } } = template;
  validatePodSpec(spec, `${path}.spec`, errors, { isPod: false });
  if (spec.ephemeralContainers?.length) {
    const detail = 'ephemeral containers not allowed in pod template';
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, detail));
  }
}

/** Judges what Pods get of a template beside their spec. */
export function validateTemplateMetadata(
  { metadata, spec = { containers: [] } }: PodTemplateSpec,
  path: string,
  errors: FieldError[],
): void {
  if (metadata?.labels) validateLabels(metadata.labels, `${path}.labels`, errors);
  if (!metadata?.annotations) return;
  validateAnnotations(metadata.annotations, `${path}.annotations`, errors);
  validatePodAnnotations(metadata.annotations, spec, `${path}.annotations`, errors);
}
