/** What an image's name says, by the grammar of container references. */

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.?)+(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][\\w.+-]*:[0-9a-fA-F]{32,})?$`,
);
/** Longer ones are refused before they are looked at. */
const MAX_NAME_LENGTH = 512;
const DEFAULT_REGISTRY = 'docker.io';

export function isImageName(image: string): boolean {
  return image.length <= MAX_NAME_LENGTH && REFERENCE.test(image);
}

/** The image with the tag that is meant where none is written: `nginx:latest`. */
export function withDefaultTag(image: string): string {
  const hasTag = image.includes('@') || image.lastIndexOf(':') > image.lastIndexOf('/');
  return hasTag ? image : `${image}:latest`;
}

/** The image without tag and digest. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
}

/** Where the image is pulled from: what looks like a host before the first slash, or Docker's own registry. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  return /[.:]/.test(first) || first === 'localhost' ? first : DEFAULT_REGISTRY;
}

/** The whole name, as the runtime writes it: `docker.io/library/nginx:latest`. */
export function canonicalName(image: string): string {
  const tagged = withDefaultTag(image);
  if (registryOf(image) !== DEFAULT_REGISTRY || image.startsWith(`${DEFAULT_REGISTRY}/`)) {
    return tagged;
  }
  return `${DEFAULT_REGISTRY}/${image.includes('/') ? '' : 'library/'}${tagged}`;
}
