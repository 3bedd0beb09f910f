import type { DescribeObjectQuery, EventFactsFragment } from '../generated/operations.ts';
import { valueAt } from '../output/json-values.ts';

/** The events about the object of the answer: others of the same name are in it as well. */
export function eventsAbout({ object, core }: DescribeObjectQuery): readonly EventFactsFragment[] {
  const uid = valueAt(object, ['metadata', 'uid']);
  return (core.v1.events?.items ?? []).filter(({ involvedObject }) => involvedObject.uid === uid);
}
