/** The annotations of a Pod that mean something to Kubernetes. */
import { type FieldError, forbiddenField, invalid } from '../../../field-error.ts';
import type { PodSpec } from '../../../generated/types/core-v1.ts';
import { checkDescendingPath } from './paths.ts';

export const MIRROR_POD_ANNOTATION = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

type Annotations = Readonly<Record<string, string>>;

/** Judges the annotations at `path` together with the spec that they speak of. */
export function validatePodAnnotations(
  annotations: Annotations,
  spec: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  for (const key in annotations) {
    const value = annotations[key] as string;
    const field = `${path}[${key}]`;
    if (key === MIRROR_POD_ANNOTATION && !spec.nodeName) {
      errors.push(invalid(field, value, 'must set spec.nodeName if mirror pod annotation is set'));
    } else if (key === DELETION_COST && !isInt32(value)) {
      errors.push(invalid(field, value, 'must be a 32bit integer'));
    } else if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) {
      checkSeccomp(value, `${path}.${key}`, errors);
    } else if (key.startsWith(APP_ARMOR)) {
      checkAppArmor(key.slice(APP_ARMOR.length), value, field, errors, spec);
    }
  }
}

/** Whole, without the forms that only some parsers take (`+1`, `007`). */
function isInt32(text: string): boolean {
  if (!/^(0|-?[1-9]\d{0,9})$/.test(text)) return false;
  return Math.abs(Number(text)) <= 2_147_483_647;
}

function checkSeccomp(profile: string, path: string, errors: FieldError[]): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith('localhost/')) {
    checkDescendingPath(profile.slice('localhost/'.length), path, errors);
    return;
  }
  errors.push(invalid(path, profile, 'must be a valid seccomp profile'));
}

function checkAppArmor(
  containerName: string,
  profile: string,
  path: string,
  errors: FieldError[],
  { containers = [], initContainers = [], ephemeralContainers = [] }: PodSpec,
): void {
  const all = [...containers, ...initContainers, ...ephemeralContainers];
  if (!all.some(({ name }) => name === containerName)) {
    errors.push(invalid(path, containerName, 'container not found'));
  }
  const known = ['', 'runtime/default', 'unconfined'];
  if (!known.includes(profile) && !profile.startsWith('localhost/')) {
    const detail = `invalid AppArmor profile name: ${JSON.stringify(profile)}`;
    errors.push(invalid(path, profile, detail));
  }
}

/** Annotations that cannot change once the Pod runs. */
export function validatePodAnnotationsUpdate(
  next: Annotations = {},
  current: Annotations = {},
  errors: FieldError[] = [],
): void {
  for (const key of new Set([...Object.keys(current), ...Object.keys(next)])) {
    if (next[key] === current[key]) continue;
    const verb = current[key] === undefined ? 'add' : 'remove or update';
    const field = `metadata.annotations[${key}]`;
    if (key.startsWith(APP_ARMOR)) {
      errors.push(forbiddenField(field, `may not ${verb} AppArmor annotations`));
    }
    if (key === MIRROR_POD_ANNOTATION) {
      errors.push(forbiddenField(field, `may not ${verb} mirror pod annotation`));
    }
  }
}
