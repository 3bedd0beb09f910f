import { expect, test } from '@jest/globals';
import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { podStrategy } from '../../../../../src/scheme/groups/core/pod.ts';
import { errorsOnCreate, withMembers } from '../harness.ts';

/** The least that a Pod can be. */
export const BARE_POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { containers: [{ name: 'web', image: 'nginx' }] },
};

/** What is wrong with a bare Pod that has these members set. */
export const errorsOf = (members: Record<string, unknown>): string =>
  errorsOnCreate(podStrategy, withMembers(BARE_POD, members)).join('\n');

export type RefusedCase = [title: string, members: Record<string, unknown>, message: string];

/** One test a case: the Pod is refused with the message. */
export function refused(cases: readonly RefusedCase[]): void {
  test.each(cases)('%s', (_, members, message) => {
    expect(errorsOf(members)).toContain(message);
  });
}

/** Members of the only container. */
export const container = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).map(([key, value]) => [`spec.containers.0.${key}`, value]),
  );

/** The only volume. */
export const volume = (source: object): Record<string, unknown> => ({
  'spec.volumes': [{ name: 'v', ...source }],
});
