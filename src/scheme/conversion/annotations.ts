import type { ObjectMeta } from '../object.ts';

/** `metadata` with the annotation `name`, or without it when `value` is undefined. */
export function withAnnotation(
  metadata: ObjectMeta,
  name: string,
  value: string | undefined,
): ObjectMeta {
  if (metadata.annotations?.[name] === value) return metadata;
  const { annotations, ...rest } = metadata;
  const { [name]: _replaced, ...others } = annotations ?? {};
  const next = value === undefined ? others : { ...others, [name]: value };
  return Object.keys(next).length === 0 ? rest : { ...rest, annotations: next };
}

/** The JSON in an annotation; undefined when there is none. Anyone may write anything there. */
export function parseAnnotation(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Ignored: what is no JSON was not written by a conversion, and stays as it is.
    return undefined;
  }
}
