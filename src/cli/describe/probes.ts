import type { Container, Probe } from '../../scheme/generated/types/core-v1.ts';
import type { Description } from './description.ts';

/** The probes of a container, each in a line. */
export function describeProbes(description: Description, container: Container): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  for (const [label, probe] of [
    ['Liveness', livenessProbe],
    ['Readiness', readinessProbe],
    ['Startup', startupProbe],
  ] as const) {
    if (probe) description.field(2, label, `${actionOf(probe)} ${timesOf(probe)}`);
  }
}

function actionOf({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`;
  if (httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`;
  return 'unknown';
}

function timesOf(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10 } = probe;
  const { successThreshold = 1, failureThreshold = 3 } = probe;
  return `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
}
