import type { FieldError } from '../../field-error.ts';
import type { PodTemplate } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { formatLabels } from '../../labels.ts';
import { containerColumnsOf, nameColumn } from '../columns.ts';
import { applyPodTemplateDefaults } from './pod-spec/pod-spec-defaults.ts';
import { validatePodTemplate } from './pod-spec/validate-pod-template.ts';

const containersOf = ({ template }: PodTemplate) => template?.spec?.containers ?? [];

/** core/PodTemplate. */
export const podTemplateStrategy: KindStrategy<PodTemplate> = {
  returnsDeleted: true,
  applyDefaults(podTemplate) {
    podTemplate.template ??= {};
    applyPodTemplateDefaults(podTemplate.template);
  },
  validate({ template = {} }) {
    const errors: FieldError[] = [];
    validatePodTemplate(template, 'template', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    ...containerColumnsOf(containersOf, 0),
    {
      name: 'Pod Labels',
      description: 'The labels of the Pods.',
      cell: ({ template }) => formatLabels(template?.metadata?.labels),
    },
  ],
};
