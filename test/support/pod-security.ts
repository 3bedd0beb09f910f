import type { LevelVersion } from '../../src/apiserver/admission/pod-security/policy.ts';
import { detailsOf, violationsOf } from '../../src/apiserver/admission/pod-security/standards.ts';
import type { PodLike } from '../../src/apiserver/admission/pod-security/violation.ts';

const LATEST = Number.POSITIVE_INFINITY;

/** A container that no standard minds. */
export const MODEST = {
  name: 'a',
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

export const podOf = (spec: object, annotations: Record<string, string> = {}) =>
  ({ metadata: { annotations }, spec: { containers: [MODEST], ...spec } }) as unknown as PodLike;

export const containing = (...contexts: object[]) =>
  podOf({
    containers: contexts.map((securityContext, i) => ({
      name: 'abc'[i],
      securityContext: { ...MODEST.securityContext, ...securityContext },
    })),
  });

export function violations(pod: PodLike, level: LevelVersion['level'], minor = LATEST): string {
  return detailsOf(violationsOf(pod, { level, minor }));
}

export type Case = readonly [what: string, pod: PodLike, expected: string, minor?: number];

/** Rows with a name for each column: a test that takes more than its row has would wait for being called back. */
export function rows(cases: readonly Case[]) {
  return cases.map(([what, pod, expected, minor]) => ({ what, pod, expected, minor }));
}
