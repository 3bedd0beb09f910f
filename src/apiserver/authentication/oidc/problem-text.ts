import type { ConfigurationProblem } from '../../../lib/configuration-reader.ts';
import { formatFieldError, invalid, required } from '../../../scheme/field-error.ts';

/** What is wrong with a configuration, as Kubernetes words what is wrong with a field. */
export function toFieldText({ detail, path, type, value }: ConfigurationProblem): string {
  return formatFieldError(type === 'required' ? required(path) : invalid(path, value, detail));
}
