/** Why the path, which may end in `*` for all that is below it, cannot be one of the server's. */
export function nonResourceUrlProblem(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return "must start with slash '/'";
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const star = path.indexOf('*');
  if (star < 0 || (star === path.length - 1 && path[star - 1] === '/')) return undefined;
  return 'wildcard can only do suffix matching';
}
