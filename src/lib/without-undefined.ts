/** `T` in which what may be undefined may be missing instead. */
export type WithoutUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy that has only the fields that are set: for options, where a field that is undefined is not one that is missing. */
export function withoutUndefined<T extends object>(object: T): WithoutUndefined<T> {
  const defined: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (value !== undefined) defined[key] = value;
  }
  return defined as WithoutUndefined<T>;
}
