import type { Container, EnvFromSource, EnvVar } from '../../scheme/generated/types/core-v1.ts';
import type { Description } from './description.ts';

/** The value of the Pod's field at a path such as `metadata.name`. */
export type ReadField = (fieldPath: string) => string;

/** The variables of a container, and where they come from. */
export function describeEnvironment(
  description: Description,
  container: Container,
  readField: ReadField = () => '',
): void {
  const { env = [], envFrom = [] } = container;
  if (envFrom.length > 0) {
    description.line(2, 'Environment Variables from:');
    for (const source of envFrom) describeSource(description, source);
  }
  if (env.length === 0) description.line(2, 'Environment:', '<none>');
  else description.line(2, 'Environment:');
  for (const variable of env) describeVariable(description, { variable, container, readField });
}

function describeSource(
  description: Description,
  { configMapRef, secretRef, prefix }: EnvFromSource,
): void {
  const from = configMapRef ? 'ConfigMap' : 'Secret';
  const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
  const withPrefix = prefix ? `${from} with prefix '${prefix}'` : from;
  description.line(3, name, withPrefix, `Optional: ${optional}`);
}

interface VariableOptions {
  readonly variable: EnvVar;
  readonly container: Container;
  readonly readField: ReadField;
}

function describeVariable(
  description: Description,
  { variable, container, readField }: VariableOptions,
): void {
  const { name, value = '', valueFrom } = variable;
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (fieldRef) {
    const { apiVersion = 'v1', fieldPath } = fieldRef;
    description.field(3, name, `${readField(fieldPath)} (${apiVersion}:${fieldPath})`);
  } else if (resourceFieldRef) {
    description.field(
      3,
      name,
      `${resourceValue(container, resourceFieldRef.resource)} (${resourceFieldRef.resource})`,
    );
  } else if (secretKeyRef) {
    const { key, name: secret = '', optional = false } = secretKeyRef;
    description.line(
      3,
      `${name}:`,
      `<set to the key '${key}' in secret '${secret}'>`,
      `Optional: ${optional}`,
    );
  } else if (configMapKeyRef) {
    const { key, name: configMap = '', optional = false } = configMapKeyRef;
    description.line(
      3,
      `${name}:`,
      `<set to the key '${key}' of config map '${configMap}'>`,
      `Optional: ${optional}`,
    );
  } else {
    const [first = '', ...others] = value.split('\n');
    description.line(3, `${name}:`, first);
    for (const line of others) description.line(3, '', line);
  }
}

/** `limits.cpu` of the container; what is not limited is as much as the node has. */
function resourceValue({ resources }: Container, reference: string): string {
  const [kind = '', resource = ''] = reference.split('.');
  const amounts = kind === 'limits' ? resources?.limits : resources?.requests;
  return amounts?.[resource] ?? (kind === 'limits' ? 'node allocatable' : '0');
}
