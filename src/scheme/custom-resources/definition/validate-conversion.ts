import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type {
  CustomResourceConversion,
  WebhookClientConfig,
} from '../../generated/types/apiextensions-v1.ts';
import { dns1035LabelProblems } from '../../names.ts';

const STRATEGIES = ['None', 'Webhook'];
/** The versions of ConversionReview that this server speaks. */
export const CONVERSION_REVIEW_VERSIONS: readonly string[] = ['v1'];

export function validateConversion(
  conversion: CustomResourceConversion | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!conversion) return;
  const { strategy, webhook } = conversion;
  if (!strategy) errors.push(required(`${path}.strategy`));
  else if (!STRATEGIES.includes(strategy)) {
    errors.push(notSupported(`${path}.strategy`, strategy, STRATEGIES));
  }
  if (strategy !== 'Webhook') {
    if (webhook) {
      const detail = 'should not be set when strategy is not set to Webhook';
      errors.push(forbiddenField(`${path}.webhook`, detail));
    }
    return;
  }
  if (!webhook?.clientConfig) {
    const detail = 'required when strategy is set to Webhook';
    errors.push(required(`${path}.webhook.clientConfig`, detail));
  } else checkClientConfig(webhook.clientConfig, `${path}.webhook.clientConfig`, errors);
  checkReviewVersions(webhook?.conversionReviewVersions ?? [], path, errors);
}

function checkReviewVersions(
  versions: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.webhook.conversionReviewVersions`;
  if (versions.length === 0) {
    errors.push(required(at));
    return;
  }
  versions.forEach((version, i) => {
    const problems = dns1035LabelProblems(version);
    if (problems.length > 0) errors.push(invalid(`${at}[${i}]`, version, problems.join(',')));
    if (versions.indexOf(version) < i)
      errors.push(invalid(`${at}[${i}]`, version, 'duplicate version'));
  });
  if (versions.some((version) => CONVERSION_REVIEW_VERSIONS.includes(version))) return;
  const detail = `must include at least one of ${CONVERSION_REVIEW_VERSIONS.join(', ')}`;
  errors.push(invalid(at, versions, detail));
}

function checkClientConfig(
  { url, service }: WebhookClientConfig,
  path: string,
  errors: FieldError[],
): void {
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, 'exactly one of url or service is required'));
    return;
  }
  if (url !== undefined) checkUrl(url, `${path}.url`, errors);
  if (!service) return;
  for (const member of ['name', 'namespace'] as const) {
    if (!service[member])
      errors.push(required(`${path}.service.${member}`, `service ${member} is required`));
  }
  if (service.port !== undefined && (service.port < 1 || service.port > 65_535)) {
    const detail = 'port is not valid: must be between 1 and 65535, inclusive';
    errors.push(invalid(`${path}.service.port`, service.port, detail));
  }
}

function checkUrl(url: string, path: string, errors: FieldError[]): void {
  if (!URL.canParse(url)) {
    errors.push(required(path, 'url must be a valid URL: desired format: https://host[/path]'));
    return;
  }
  const { protocol, username, password, search, hash } = new URL(url);
  const refuse = (what: string, value: unknown): void => {
    errors.push(invalid(path, value, `${what}; desired format: https://host[/path]`));
  };
  if (protocol !== 'https:')
    refuse("'https' is the only allowed URL scheme", protocol.slice(0, -1));
  // Credentials in a URL are a secret: the message does not repeat them.
  if (username || password) refuse('user information is not permitted in the URL', undefined);
  if (search) refuse('query parameters are not permitted in the URL', search.slice(1));
  if (hash) refuse('fragments are not permitted in the URL', hash.slice(1));
}
