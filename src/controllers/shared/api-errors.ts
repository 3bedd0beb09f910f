import { isApiError } from '../../scheme/errors.ts';

/** The cause by which the API says that nothing can be created in a namespace because it is being deleted. */
export const CAUSE_NAMESPACE_TERMINATING = 'NamespaceTerminating';

export function isNamespaceTerminating(thrown: unknown): boolean {
  if (!isApiError(thrown, 'Forbidden')) return false;
  return (
    thrown.details?.causes?.some(({ reason }) => reason === CAUSE_NAMESPACE_TERMINATING) ?? false
  );
}

/** Awaits a write about an object that may be gone already, which is as good. */
export async function ignoreNotFound<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound')) return undefined;
    throw thrown;
  }
}
