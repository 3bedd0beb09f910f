import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  HTTPIngressPath,
  IngressBackend,
  IngressServiceBackend,
} from '../../generated/types/networking-v1.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { dns1035LabelProblems, portNameProblems, portNumberProblems } from '../../names.ts';
import { checkDnsSubdomain, requirePathSegment, requireText } from '../checks.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const FORBIDDEN_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];

/** Judges one path of a rule and where it leads. */
export function validateIngressPath(
  { path = '', pathType, backend }: HTTPIngressPath,
  at: string,
  errors: FieldError[],
): void {
  const field = `${at}.path`;
  if (!PATH_TYPES.includes(pathType)) {
    errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES));
  } else if (pathType !== 'ImplementationSpecific' || path !== '') {
    if (!path.startsWith('/')) errors.push(invalid(field, path, 'must be an absolute path'));
    if (pathType !== 'ImplementationSpecific') checkPlainPath(path, field, errors);
  }
  validateIngressBackend(backend, `${at}.backend`, errors);
}

/** A path that proxies all read in the same way. */
function checkPlainPath(path: string, field: string, errors: FieldError[]): void {
  for (const part of FORBIDDEN_PARTS) {
    if (path.includes(part)) errors.push(invalid(field, path, `must not contain '${part}'`));
  }
  for (const end of FORBIDDEN_ENDS) {
    if (path.endsWith(end)) errors.push(invalid(field, path, `cannot end with '${end}'`));
  }
}

/** Judges where requests go: to a Service or to a resource of another kind. */
export function validateIngressBackend(
  { resource, service }: IngressBackend,
  path: string,
  errors: FieldError[],
): void {
  if (resource && service) {
    errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  } else if (resource) {
    if (resource.apiGroup !== undefined) {
      checkDnsSubdomain(resource.apiGroup, `${path}.resource.apiGroup`, errors);
    }
    requirePathSegment(resource.kind, `${path}.resource.kind`, errors);
    requirePathSegment(resource.name, `${path}.resource.name`, errors);
  } else if (service) {
    validateService(service, path, errors);
  } else {
    errors.push(invalid(path, '', 'resource or service backend is required'));
  }
}

function validateService(
  { name, port = {} }: IngressServiceBackend,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.service`;
  if (requireText(name, `${at}.name`, errors)) {
    pushProblems(errors, `${at}.name`, name, dns1035LabelProblems(name));
  }
  if (port.name && port.number) {
    errors.push(invalid(path, '', 'cannot set both port name & port number'));
  } else if (port.name) {
    pushProblems(errors, `${at}.port.name`, port.name, portNameProblems(port.name));
  } else if (port.number) {
    pushProblems(errors, `${at}.port.number`, port.number, portNumberProblems(port.number));
  } else {
    errors.push(required(path, 'port name or number is required'));
  }
}
