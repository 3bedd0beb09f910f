import { type FieldError, invalid } from '../../field-error.ts';
import type { DeviceClass } from '../../generated/types/resource-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { isExtendedResource } from '../core/pod-spec/resource-names.ts';
import { checkConfiguration, checkList, checkSelectors } from './device-checks.ts';

const MAX_CONFIGURATIONS = 32;

/** resource.k8s.io/DeviceClass. */
export const deviceClassStrategy: KindStrategy<DeviceClass> = {
  returnsDeleted: true,
  validate({ spec: { selectors, config, extendedResourceName: resource } }) {
    const errors: FieldError[] = [];
    checkSelectors(selectors, 'spec.selectors', errors);
    checkList(config, MAX_CONFIGURATIONS, 'spec.config', errors, checkConfiguration);
    if (resource !== undefined && !isExtendedResource(resource)) {
      const detail = 'must be a valid extended resource name';
      errors.push(invalid('spec.extendedResourceName', resource, detail));
    }
    return errors;
  },
  printerColumns: [nameColumn, ageColumn],
};
