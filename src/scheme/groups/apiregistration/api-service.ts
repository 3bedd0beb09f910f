import { type ConditionLike, findCondition } from '../../conditions.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { APIService, APIServiceSpec } from '../../generated/types/apiregistration-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { dns1035LabelProblems, portNumberProblems } from '../../names.ts';
import { checkDnsSubdomain, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITH_STATUS_ALONE } from '../status.ts';

const DEFAULT_PORT = 443;
const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;

function validate({ metadata, spec }: APIService): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = spec;
  const name = `${version}.${group}`;
  if (metadata.name !== name) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`;
    errors.push(invalid('metadata.name', metadata.name, detail));
  }
  if (group !== '') checkDnsSubdomain(group, 'spec.group', errors);
  else if (version !== 'v1') {
    const detail = 'only v1 may have an empty group and it better be legacy kube';
    errors.push(required('spec.group', detail));
  }
  pushProblems(errors, 'spec.version', version, dns1035LabelProblems(version));
  checkPriority(groupPriorityMinimum, MAX_GROUP_PRIORITY, 'spec.groupPriorityMinimum', errors);
  checkPriority(versionPriority, MAX_VERSION_PRIORITY, 'spec.versionPriority', errors);
  validateServer(spec, errors);
  return errors;
}

/** `True`, or what it is instead and why: `False (MissingEndpoints)`. */
function shownCondition(condition: ConditionLike | undefined): string {
  if (!condition) return 'Unknown';
  const { status, reason } = condition;
  return status === 'True' || !reason ? status : `${status} (${reason})`;
}

function checkPriority(value: number, max: number, path: string, errors: FieldError[]): void {
  if (value > 0 && value <= max) return;
  errors.push(invalid(path, value, `must be positive and less than ${max}`));
}

function validateServer(spec: APIServiceSpec, errors: FieldError[]): void {
  const { service, caBundle, insecureSkipTLSVerify } = spec;
  const field = 'spec.insecureSkipTLSVerify';
  if (!service) {
    const mayNot = (what: string): string => `local APIServices may not have ${what}`;
    if (caBundle) {
      const bytes = `${Buffer.byteLength(caBundle, 'base64')} bytes`;
      errors.push(invalid('spec.caBundle', bytes, mayNot('a caBundle')));
    }
    if (insecureSkipTLSVerify) {
      errors.push(invalid(field, insecureSkipTLSVerify, mayNot('insecureSkipTLSVerify')));
    }
    return;
  }
  requireText(service.namespace, 'spec.service.namespace', errors);
  requireText(service.name, 'spec.service.name', errors);
  for (const problem of portNumberProblems(service.port ?? DEFAULT_PORT)) {
    const detail = `port is not valid: ${problem}`;
    errors.push(invalid('spec.service.port', service.port, detail));
  }
  if (insecureSkipTLSVerify && caBundle) {
    errors.push(invalid(field, insecureSkipTLSVerify, 'may not be true if caBundle is present'));
  }
}

/** What is served by this cluster itself is so from the beginning. */
function prepareForCreate(service: APIService): void {
  delete service.status;
  if (service.spec?.service) return;
  const condition = {
    type: 'Available',
    status: 'True',
    reason: 'Local',
    message: 'Local APIServices are always available',
    lastTransitionTime: service.metadata.creationTimestamp,
  };
  service.status = { conditions: [condition] };
}

/** apiregistration.k8s.io/APIService. */
export const apiServiceStrategy: KindStrategy<APIService> = {
  ...WITH_STATUS_ALONE,
  prepareForCreate,
  nameRule: 'path-segment',
  applyDefaults({ spec }) {
    if (spec?.service) spec.service.port ??= DEFAULT_PORT;
  },
  validate,
  printerColumns: [
    nameColumn,
    {
      name: 'Service',
      description: 'Who serves it.',
      cell: ({ spec }) => {
        const { namespace, name } = spec?.service ?? {};
        return name ? `${namespace}/${name}` : 'Local';
      },
    },
    {
      name: 'Available',
      description: 'Whether it is served.',
      cell: ({ status }) => shownCondition(findCondition(status?.conditions, 'Available')),
    },
    ageColumn,
  ],
};
