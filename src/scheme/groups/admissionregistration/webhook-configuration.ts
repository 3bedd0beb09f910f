import { duplicate, type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ServiceReference,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from '../../generated/types/admissionregistration-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { dns1035LabelProblems, dnsSubdomainProblems, portNumberProblems } from '../../names.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { compileWebhookConditions } from './compiled-policy.ts';
import { validateMatchConditions } from './match-conditions.ts';
import { validateRule } from './rules.ts';

/** What an API server of this release and of the one before can speak to a webhook. */
export const REVIEW_VERSIONS: readonly string[] = ['v1', 'v1beta1'];

const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const MIN_NAME_SEGMENTS = 3;
const MAX_TIMEOUT_SECONDS = 30;

type Webhook = MutatingWebhook | ValidatingWebhook;

function applyDefaults(webhooks: readonly Webhook[] = []): void {
  for (const webhook of webhooks) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= 10;
    const { service } = webhook.clientConfig;
    if (service) service.port ??= 443;
    for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  }
}

function validate({ webhooks = [] }: { webhooks?: Webhook[] }): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, webhook] of webhooks.entries()) {
    const path = `webhooks[${index}]`;
    validateWebhook(webhook, path, errors);
    const isRepeated = webhooks.findIndex(({ name }) => name === webhook.name) < index;
    if (isRepeated) errors.push(duplicate(`${path}.name`, webhook.name));
  }
  return errors;
}

function validateWebhook(webhook: Webhook, path: string, errors: FieldError[]): void {
  validateWebhookName(webhook.name, `${path}.name`, errors);
  webhook.rules?.forEach((rule, index) => {
    validateRule(rule, `${path}.rules[${index}]`, errors);
  });
  const { timeoutSeconds = 10 } = webhook;
  if (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalid(`${path}.timeoutSeconds`, timeoutSeconds, detail));
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    const selector = webhook[name];
    if (selector) validateLabelSelector(selector, `${path}.${name}`, errors);
  }
  validateClientConfig(webhook.clientConfig, `${path}.clientConfig`, errors);
  validateMatchConditions(webhook.matchConditions, `${path}.matchConditions`, errors);
  compileWebhookConditions(webhook.matchConditions, `${path}.matchConditions`, errors);
  validateReviewVersions(
    webhook.admissionReviewVersions,
    `${path}.admissionReviewVersions`,
    errors,
  );
}

/** v1 takes no webhooks that may have side effects, unless v1beta1, which did, has left some. */
function validateRequest(
  { webhooks = [] }: { webhooks?: Webhook[] },
  current: { webhooks?: Webhook[] } | undefined,
): FieldError[] {
  const isHarmless = ({ sideEffects }: Webhook): boolean => SIDE_EFFECTS.includes(sideEffects);
  if (!(current?.webhooks ?? []).every(isHarmless)) return [];
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}].sideEffects`;
    return isHarmless(webhook) ? [] : [notSupported(path, webhook.sideEffects, SIDE_EFFECTS)];
  });
}

function validateWebhookName(name: string, path: string, errors: FieldError[]): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const problems = dnsSubdomainProblems(name);
  for (const problem of problems) errors.push(invalid(path, name, problem));
  if (problems.length === 0 && name.split('.').length < MIN_NAME_SEGMENTS) {
    const detail = 'should be a domain with at least three segments separated by dots';
    errors.push(invalid(path, name, detail));
  }
}

function validateClientConfig(
  { url, service }: WebhookClientConfig,
  path: string,
  errors: FieldError[],
): void {
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, 'exactly one of url or service is required'));
  } else if (url !== undefined) {
    validateUrl(url, `${path}.url`, errors);
  } else if (service) {
    validateService(service, `${path}.service`, errors);
  }
}

const URL_FORM = '; desired format: https://host[/path]';

function validateUrl(text: string, path: string, errors: FieldError[]): void {
  if (!URL.canParse(text)) {
    errors.push(required(path, `url must be a valid URL${URL_FORM}`));
    return;
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') {
    const scheme = url.protocol.slice(0, -1);
    errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${URL_FORM}`));
  }
  if (url.username !== '' || url.password !== '') {
    errors.push(invalid(path, url.username, 'user information is not permitted in the URL'));
  }
  if (url.hash !== '') {
    errors.push(invalid(path, url.hash.slice(1), 'fragments are not permitted in the URL'));
  }
  if (url.search !== '') {
    const detail = 'query parameters are not permitted in the URL';
    errors.push(invalid(path, url.search.slice(1), detail));
  }
}

function validateService(service: ServiceReference, path: string, errors: FieldError[]): void {
  if (service.name === '') errors.push(required(`${path}.name`, 'service name is required'));
  if (service.namespace === '') {
    errors.push(required(`${path}.namespace`, 'service namespace is required'));
  }
  for (const problem of portNumberProblems(service.port ?? 443)) {
    errors.push(invalid(`${path}.port`, service.port, problem));
  }
  if (service.path !== undefined) validatePath(service.path, `${path}.path`, errors);
}

function validatePath(text: string, path: string, errors: FieldError[]): void {
  if (!text.startsWith('/')) {
    errors.push(invalid(path, text, "must start with a '/'"));
    return;
  }
  if (text === '/') return;
  for (const segment of text.slice(1).replace(/\/$/, '').split('/')) {
    if (segment === '') errors.push(invalid(path, text, 'segment may not be empty'));
    else {
      for (const problem of dnsSubdomainProblems(segment)) {
        errors.push(invalid(path, text, problem));
      }
    }
  }
}

function validateReviewVersions(
  versions: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  const accepted = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${accepted}`));
    return;
  }
  for (const [index, version] of versions.entries()) {
    const at = `${path}[${index}]`;
    if (versions.indexOf(version) < index) errors.push(invalid(at, version, 'duplicate version'));
    for (const problem of dns1035LabelProblems(version)) errors.push(invalid(at, version, problem));
  }
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(path, versions, `must include at least one of ${accepted}`));
  }
}

const printerColumns: readonly PrinterColumn<
  ValidatingWebhookConfiguration | MutatingWebhookConfiguration
>[] = [
  nameColumn,
  {
    name: 'Webhooks',
    type: 'integer',
    description: 'How many webhooks it has.',
    cell: ({ webhooks }) => webhooks?.length ?? 0,
  },
  ageColumn,
];

export const validatingWebhookConfigurationStrategy: KindStrategy<ValidatingWebhookConfiguration> =
  {
    applyDefaults: ({ webhooks }) => applyDefaults(webhooks),
    validate,
    validateRequest,
    printerColumns,
  };

export const mutatingWebhookConfigurationStrategy: KindStrategy<MutatingWebhookConfiguration> = {
  applyDefaults({ webhooks }) {
    applyDefaults(webhooks);
    for (const webhook of webhooks ?? []) webhook.reinvocationPolicy ??= 'Never';
  },
  validate,
  validateRequest,
  printerColumns,
};
