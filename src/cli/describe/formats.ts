/** Values as `kubectl describe` writes them. */
import type { Toleration } from '../../scheme/generated/types/core-v1.ts';
import { compareTexts } from '../output/compare.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MAX_ANNOTATION_LENGTH = 140;

/** `Mon, 02 Jan 2006 15:04:05 +0000`; `<unset>` when there is none. */
export function formatTime(timestamp: string | null | undefined): string {
  return timestamp ? new Date(timestamp).toUTCString().replace('GMT', '+0000') : '<unset>';
}

type Texts = Readonly<Record<string, string>> | null | undefined;

/** `app=web`, in alphabetical order. */
export function labelLines(labels: Texts): string[] {
  return sortedEntries(labels).map(([key, value]) => `${key}=${value}`);
}

/** `key: value`; long ones are shortened and go to lines of their own. */
export function annotationLines(annotations: Texts): string[] {
  return sortedEntries(annotations)
    .filter(([key]) => key !== LAST_APPLIED)
    .flatMap(([key, value]) => {
      const text = value.trimEnd();
      const isLong = key.length + text.length + 2 > MAX_ANNOTATION_LENGTH || text.includes('\n');
      return isLong
        ? [`${key}:`, ...text.split('\n').map((line) => `  ${shorten(line)}`)]
        : [`${key}: ${text}`];
    });
}

function shorten(line: string): string {
  const limit = MAX_ANNOTATION_LENGTH - 2;
  return line.length > limit ? `${line.slice(0, limit)}...` : line;
}

export function sortedEntries<T>(
  map: Readonly<Record<string, T>> | null | undefined,
): [string, T][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => compareTexts(a, b));
}

/** `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`. */
export function tolerationLines(tolerations: readonly Toleration[] | undefined): string[] {
  return [...(tolerations ?? [])]
    .sort((a, b) => compareTexts(a.key ?? '', b.key ?? ''))
    .map(({ key = '', value = '', effect = '', operator, tolerationSeconds }) => {
      const what = `${key}${value && `=${value}`}${effect && `:${effect}`}`;
      const exists = operator === 'Exists' && value === '' ? 'op=Exists' : '';
      const lasts = tolerationSeconds === undefined ? '' : `for ${tolerationSeconds}s`;
      return [what, exists, lasts].filter(Boolean).join(' ');
    });
}

/** Go's `True` and `False`. */
export function formatBoolean(value: boolean | undefined): string {
  return value ? 'True' : 'False';
}

export function orNone(text: string | null | undefined): string {
  return text || '<none>';
}
