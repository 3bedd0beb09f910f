/** How many of the Pods are in each phase, as `kubectl describe` says it. */
export function podsStatus(
  pods: readonly { readonly status: { readonly phase: string | null } | null }[] | null | undefined,
): string {
  const phases = (pods ?? []).map(({ status }) => status?.phase);
  const count = (phase: string): number => phases.filter((candidate) => candidate === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}
