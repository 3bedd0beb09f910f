import { didYouMeanHint } from '../../lib/did-you-mean.ts';
import { ApiError, badRequest } from '../../scheme/errors.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { type Arguments, DEFAULT_NAMESPACE, textArgument } from '../schema/arguments.ts';

/**
 * The resources that a user's word means: `deploy`, `Pod`, `deployments.apps`, `deployments.v1.apps`; a category such as
 * `all`, or several words with commas, mean several.
 * @throws {ApiError} NotFound with a suggestion when a word means none
 */
export function findResources(scheme: Scheme, words: string): readonly ResourceDefinition[] {
  return words.split(',').flatMap((word) => {
    const found = scheme.search(word.trim());
    if (found.length === 0) throw unknownResource(scheme, word.trim());
    return found;
  });
}

/** As {@link findResources}, of a word that is to mean one. */
export function findResource(scheme: Scheme, word: string): ResourceDefinition {
  const found = findResources(scheme, word);
  const [first] = found;
  if (!first || found.length > 1) {
    const names = found.map(({ resource }) => resource).join(', ');
    throw badRequest(`resource: "${word}" means several resources (${names}): name one`);
  }
  return first;
}

function unknownResource(scheme: Scheme, word: string): ApiError {
  const known = scheme
    .served()
    .flatMap(({ resource, singular, shortNames }) => [resource, singular, ...shortNames]);
  return new ApiError(
    'NotFound',
    `the server doesn't have a resource type "${word}"${didYouMeanHint(word, known)}`,
  );
}

/** Which object of `definition` the arguments name; in the default namespace when they name none. */
export function toObjectTarget(
  { namespaced }: ResourceDefinition,
  args: Arguments,
): { namespace?: string; name: string } {
  const name = textArgument(args, 'name') ?? '';
  return namespaced
    ? { namespace: textArgument(args, 'namespace') ?? DEFAULT_NAMESPACE, name }
    : { name };
}
