/**
 * `v5.channel.k8s.io` and `v4.channel.k8s.io`: the streams of a process over one WebSocket. The first byte of a message says
 * which stream it belongs to; v5 adds a message that says that a stream has ended.
 */
import type { ProcessConnection, ProcessRequest } from '../../apiserver/client.ts';
import type { TerminalSize } from '../../lib/container-streams.ts';
import type { ByteQueue } from './byte-queue.ts';
import { ChannelInputs, channelSink } from './channels.ts';
import { parseTerminalSize, runProcess } from './process-session.ts';
import type { Transport } from './transport.ts';

export const PROCESS_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Connects the client with the process until it has ended and its Status is sent, or the client has gone. */
export async function serveWebSocketProcess(
  transport: Transport,
  connect: ProcessConnection,
  request: ProcessRequest,
): Promise<void> {
  const gone = new AbortController();
  const inputs = new ChannelInputs(transport);
  const [stdin] = inputs.queues as [ByteQueue];
  let size: TerminalSize | undefined;
  transport.onClose(() => {
    stdin.end();
    gone.abort();
  });
  transport.onData((message) => {
    const data = message.subarray(1);
    switch (message[0]) {
      case CHANNELS.stdin:
        inputs.receive(stdin, data);
        break;
      case CHANNELS.resize:
        size = parseTerminalSize(data.toString()) ?? size;
        break;
      case CHANNELS.close:
        if (data[0] === CHANNELS.stdin) stdin.end();
        break;
      default:
      // Kubernetes ignores what it does not know.
    }
  });
  const ends = {
    stdin,
    stdout: channelSink(transport, CHANNELS.stdout),
    stderr: channelSink(transport, CHANNELS.stderr),
    terminalSize: () => size,
  };
  const status = await runProcess(connect, request, ends, gone.signal);
  if (gone.signal.aborted) return;
  await channelSink(transport, CHANNELS.error).write(Buffer.from(JSON.stringify(status)));
  transport.close();
}
