/** Which objects the arguments mean: `pods`, `pod web-1 web-2`, `deploy,rs`, `deployment/web service/web`. */
import { UsageError } from '../cli-error.ts';

export interface ResourceSelection {
  /** What the user calls the resource: `deploy`; with commas several. */
  readonly resource: string;
  /** The object; undefined selects by labels and fields. */
  readonly name: string | undefined;
}

export interface SelectionFlags {
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly all?: boolean;
  readonly allNamespaces?: boolean;
}

/**
 * Reads `TYPE`, `TYPE NAME…` and `TYPE/NAME…` as kubectl does. Empty when there are no arguments.
 * @throws {UsageError}
 */
export function parseResourceArguments(
  args: readonly string[],
  flags: SelectionFlags = {},
): readonly ResourceSelection[] {
  const selections = args.some((arg) => arg.includes('/')) ? parsePairs(args) : parseWords(args);
  const hasNames = selections.some(({ name }) => name !== undefined);
  if (hasNames) refuseSelectors(flags);
  return selections;
}

function parsePairs(args: readonly string[]): ResourceSelection[] {
  return args.map((arg) => {
    const [resource = '', name = '', ...rest] = arg.split('/');
    if (!arg.includes('/')) {
      throw new UsageError(
        `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'orrery get resource/<resource_name>' instead of 'orrery get resource resource/<resource_name>')`,
      );
    }
    if (resource === '' || name === '' || rest.length > 0) {
      throw new UsageError(
        `arguments in resource/name form must have a single resource and name: "${arg}" has not`,
      );
    }
    return { resource, name };
  });
}

function parseWords(args: readonly string[]): ResourceSelection[] {
  const [resource, ...names] = args;
  if (resource === undefined) return [];
  if (resource.split(',').some((word) => word.trim() === '')) {
    throw new UsageError(`the resource types "${resource}" have an empty one between their commas`);
  }
  if (names.length === 0) return [{ resource, name: undefined }];
  // Several types with the same names: each type with each name.
  return resource
    .split(',')
    .flatMap((word) => names.map((name) => ({ resource: word.trim(), name })));
}

function refuseSelectors({ selector, fieldSelector, all, allNamespaces }: SelectionFlags): void {
  if (allNamespaces) {
    throw new UsageError('a resource cannot be retrieved by name across all namespaces');
  }
  if (selector || fieldSelector) {
    throw new UsageError('name cannot be provided when a selector is specified');
  }
  if (all) throw new UsageError('setting --all is not possible when a name is provided');
}

/** The namespace that is meant: undefined for all of them. */
export function namespaceOf(options: {
  namespace?: string;
  allNamespaces?: boolean;
}): string | undefined {
  return options.allNamespaces ? undefined : (options.namespace ?? DEFAULT_NAMESPACE);
}

export const DEFAULT_NAMESPACE = 'default';
