import {
  type FieldError,
  forbiddenField,
  invalid,
  invalidObject,
} from '../../scheme/field-error.ts';

/** What of a container's log is read: Kubernetes' PodLogOptions. */
export interface PodLogOptions {
  /** @default the Pod's only container */
  readonly container?: string | undefined;
  /** The run before the last restart. @default false */
  readonly previous?: boolean | undefined;
  /** At most so many lines: the newest. @default all that are kept */
  readonly tailLines?: number | undefined;
  /** Only what was printed in the last so many seconds. */
  readonly sinceSeconds?: number | undefined;
  /** Only what was printed at this time or later: RFC 3339. */
  readonly sinceTime?: string | undefined;
  /** Begins each line with the time at which it was printed. @default false */
  readonly timestamps?: boolean | undefined;
  /** Ends the answer after so many bytes, in the middle of a line if need be. */
  readonly limitBytes?: number | undefined;
}

const NEGATIVE = 'must be greater than or equal to 0';
const NOT_POSITIVE = 'must be greater than 0';

/** @throws {ApiError} Invalid */
export function assertValidLogOptions(podName: string, options: PodLogOptions): void {
  const errors = validateLogOptions(options);
  if (errors.length === 0) return;
  throw invalidObject({ group: '', kind: 'PodLogOptions', name: podName }, errors);
}

function validateLogOptions(options: PodLogOptions): FieldError[] {
  const { tailLines, limitBytes, sinceSeconds, sinceTime } = options;
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalid('tailLines', tailLines, NEGATIVE));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    errors.push(invalid('limitBytes', limitBytes, NOT_POSITIVE));
  }
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(
      forbiddenField('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'),
    );
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalid('sinceSeconds', sinceSeconds, NOT_POSITIVE));
  }
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime))) {
    errors.push(invalid('sinceTime', sinceTime, 'must be a time as RFC 3339 writes it'));
  }
  return errors;
}
