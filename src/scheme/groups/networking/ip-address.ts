import { type FieldError, required } from '../../field-error.ts';
import type { IPAddress } from '../../generated/types/networking-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkDnsSubdomain, checkPathSegment, requirePathSegment } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';

function validate({ spec }: IPAddress): FieldError[] {
  const errors: FieldError[] = [];
  const { parentRef } = spec;
  const path = 'spec.parentRef';
  if (!parentRef) return [required(path)];
  if (parentRef.group) checkDnsSubdomain(parentRef.group, `${path}.group`, errors);
  requirePathSegment(parentRef.resource, `${path}.resource`, errors);
  requirePathSegment(parentRef.name, `${path}.name`, errors);
  if (parentRef.namespace) checkPathSegment(parentRef.namespace, `${path}.namespace`, errors);
  return errors;
}

/** `services/default/web`: the resource with its group, then the object. */
function shownParent({ spec }: IPAddress): string {
  const { group = '', resource, namespace = '', name } = spec.parentRef;
  const kind = group === '' ? resource : `${resource}.${group}`;
  return [kind, namespace, name].filter((part) => part !== '').join('/');
}

/** networking.k8s.io/IPAddress: that an address is somebody's. */
export const ipAddressStrategy: KindStrategy<IPAddress> = {
  nameRule: 'ip-address',
  validate,
  validateUpdate({ spec: next }, { spec: current }) {
    const errors: FieldError[] = [];
    validateImmutable(next.parentRef, current.parentRef, 'spec.parentRef', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    { name: 'ParentRef', description: 'The object that holds the address.', cell: shownParent },
    ageColumn,
  ],
};
