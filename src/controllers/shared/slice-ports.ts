import type { EndpointPort } from '../../scheme/generated/types/discovery-v1.ts';

/** The same for the same ports in any order: endpoints of one key may share slices. */
export function portsKey(ports: readonly EndpointPort[] | undefined): string {
  const texts = (ports ?? []).map(
    ({ name = '', port, protocol = 'TCP', appProtocol = '' }) =>
      `${name}|${port}|${protocol}|${appProtocol}`,
  );
  return texts.sort().join(',');
}
