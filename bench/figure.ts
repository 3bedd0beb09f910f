/** One measured number with its unit in its name, as the JSON has it: `rollout_10000_pods_s`. */
export interface Figure {
  readonly name: string;
  /** What it is, in words, for the table. */
  readonly label: string;
  readonly unit: string;
  /** What was measured, one value a run. */
  readonly values: readonly number[];
  /** What it should reach. */
  readonly target?: Target;
  /** The name of the figure, measured in the same run, that bounds this one. */
  readonly limitedBy?: string;
}

export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** One value of a figure, from one run. */
export type Sample = Omit<Figure, 'values'> & { readonly value: number };

/** Puts the runs' samples together by name, in the order in which they first came. */
export function toFigures(samples: readonly Sample[]): Figure[] {
  const figures = new Map<string, Figure>();
  for (const { value, ...rest } of samples) {
    const values = figures.get(rest.name)?.values ?? [];
    figures.set(rest.name, { ...rest, values: [...values, value] });
  }
  return [...figures.values()];
}

export function meets(target: Target, value: number): boolean {
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}
