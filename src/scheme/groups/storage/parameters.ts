import { type FieldError, invalid, tooLong } from '../../field-error.ts';

const MAX_PARAMETERS = 512;
const MAX_BYTES = 256 * 1024;

/** What a class of storage tells its driver, which alone understands it. */
export function checkParameters(
  parameters: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  if (Object.keys(parameters).length > MAX_PARAMETERS) {
    errors.push(tooLong(path, MAX_PARAMETERS));
    return;
  }
  let bytes = 0;
  for (const key in parameters) {
    if (key === '') errors.push(invalid(path, key, 'field can not be empty.'));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(parameters[key] as string);
  }
  if (bytes > MAX_BYTES) errors.push(tooLong(path, MAX_BYTES));
}
