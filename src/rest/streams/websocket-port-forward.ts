/**
 * `v4.channel.k8s.io` of port-forward, as client libraries speak it that know no SPDY: one connection to each port that the
 * request names, with two channels, the first for data and the second for errors. Both begin with the number of the port.
 */
import type { PortConnection } from '../../apiserver/client.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { ByteQueue } from './byte-queue.ts';
import { ChannelInputs, channelSink } from './channels.ts';
import { connectPort } from './port-forward.ts';
import type { Transport } from './transport.ts';

export const PORT_CHANNELS_PROTOCOL = 'v4.channel.k8s.io';

const CHANNELS_PER_PORT = 2;
const MAX_PORT = 65_535;
/** So many channels have a byte of their own. */
const MAX_PORTS = 128;

/** The ports that a request names: `?ports=80&ports=443`. @throws {ApiError} BadRequest */
export function portsOf(query: URLSearchParams): readonly number[] {
  const ports = query.getAll('ports').flatMap((text) => text.split(','));
  if (ports.length === 0) throw badRequest('query parameter "ports" is required');
  if (ports.length > MAX_PORTS) throw badRequest(`at most ${MAX_PORTS} ports can be forwarded`);
  return ports.map((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (port > 0 && port <= MAX_PORT) return port;
    throw badRequest(`unable to parse ${JSON.stringify(text)} as a port`);
  });
}

/** Forwards one connection a port, until each is done or the client has gone. */
export async function serveWebSocketPorts(
  transport: Transport,
  connect: PortConnection,
  ports: readonly number[],
): Promise<void> {
  const gone = new AbortController();
  const inputs = new ChannelInputs(transport, ports.length);
  transport.onClose(() => {
    inputs.end();
    gone.abort();
  });
  transport.onData((message) => {
    const channel = message[0] ?? 0;
    const input = inputs.queues[channel / CHANNELS_PER_PORT];
    if (input) inputs.receive(input, message.subarray(1));
  });
  const forward = (port: number, index: number): Promise<void> =>
    forwardPort(transport, connect, {
      port,
      firstChannel: index * CHANNELS_PER_PORT,
      input: inputs.queues[index] as ByteQueue,
      signal: gone.signal,
    });
  await Promise.all(ports.map(forward));
  transport.close();
}

interface Forwarding {
  readonly port: number;
  readonly firstChannel: number;
  readonly input: ByteQueue;
  readonly signal: AbortSignal;
}

async function forwardPort(
  transport: Transport,
  connect: PortConnection,
  { port, firstChannel, input, signal }: Forwarding,
): Promise<void> {
  const output = channelSink(transport, firstChannel);
  const error = channelSink(transport, firstChannel + 1);
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  await output.write(number);
  await error.write(number);
  await connectPort(connect, { port, input, output, error }, signal);
}
