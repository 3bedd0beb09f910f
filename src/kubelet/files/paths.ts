/** The absolute path that `path` means in the directory `cwd`, without `.`, `..` and doubled slashes. */
export function absolutePath(cwd: string, path: string): string {
  const parts: string[] = [];
  const whole = path.startsWith('/') ? path : `${cwd}/${path}`;
  for (const part of whole.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The last name of a path: `c` of `/a/b/c/`. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** What is before the last name: `/a/b` of `/a/b/c`, `.` of `c`. */
export function directoryName(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const at = trimmed.lastIndexOf('/');
  if (at < 0) return '.';
  return at === 0 ? '/' : trimmed.slice(0, at).replace(/(.)\/+$/, '$1');
}
