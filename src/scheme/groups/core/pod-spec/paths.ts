import { type FieldError, invalid } from '../../../field-error.ts';

/** No element of the path may be `..`. */
export function checkNoBacksteps(target: string, path: string, errors: FieldError[]): void {
  if (target.includes('..') && target.split('/').includes('..')) {
    errors.push(invalid(path, target, "must not contain '..'"));
  }
}

/** A relative path that stays below where it starts. */
export function checkDescendingPath(target: string, path: string, errors: FieldError[]): void {
  if (target.startsWith('/')) errors.push(invalid(path, target, 'must be a relative path'));
  checkNoBacksteps(target, path, errors);
}

/** A descending path that is none of the names that the kubelet keeps for itself. */
export function checkUserPath(target: string, path: string, errors: FieldError[]): void {
  checkDescendingPath(target, path, errors);
  if (target.startsWith('..') && !target.startsWith('../') && target !== '..') {
    errors.push(invalid(path, target, "must not start with '..'"));
  }
}

const MAX_FILE_MODE = 0o777;

export function checkFileMode(mode: number | undefined, path: string, errors: FieldError[]): void {
  if (mode === undefined || (mode >= 0 && mode <= MAX_FILE_MODE)) return;
  errors.push(invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}
