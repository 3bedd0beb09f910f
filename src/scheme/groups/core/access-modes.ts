/** How volumes may be mounted, and by whom at a time. */
import { type FieldError, forbiddenField, notSupported } from '../../field-error.ts';

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const ALONE = 'ReadWriteOncePod';

export const VOLUME_MODES = ['Block', 'Filesystem'];

export function checkAccessModes(
  modes: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  for (const mode of modes) {
    if (!MODES.includes(mode)) errors.push(notSupported(path, mode, MODES));
  }
  if (modes.includes(ALONE) && modes.some((mode) => mode !== ALONE)) {
    errors.push(forbiddenField(path, `may not use ${ALONE} with other access modes`));
  }
}

const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** As tables show them: `RWO,RWX`. */
export function shortAccessModes(modes: readonly string[] = []): string {
  return Object.keys(SHORT_MODES)
    .filter((mode) => modes.includes(mode))
    .map((mode) => SHORT_MODES[mode])
    .join(',');
}
