import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { FlushScheduler } from '../../http/stream/flush-scheduler.ts';
import { SocketWriter } from '../../http/stream/socket-writer.ts';
import type { Encoder } from '../content/encoder.ts';
import type { Warnings } from '../warnings.ts';
import { LINE_FRAMES, MESSAGE_FRAMES } from './watch-frames.ts';
import type { WatchConnection } from './watch-stream.ts';

const scheduler = new FlushScheduler();

/** Frames as the chunks of an answer. */
export function chunkedConnection(
  response: ServerResponse,
  encoder: Encoder,
  warnings: Warnings,
): WatchConnection {
  return {
    open() {
      warnings.writeTo(response);
      response.writeHead(200, {
        'content-type': encoder.mediaType,
        'cache-control': 'no-cache, private',
      });
      // Informers wait for the head before they say that they are watching.
      response.flushHeaders();
      return new SocketWriter(response, LINE_FRAMES, scheduler);
    },
    close: () => response.end(),
    destroy: () => response.destroy(),
  };
}

/** Clients have nothing to say on the WebSocket of a watch. */
const MAX_MESSAGE_BYTES = 1_024;
/** That of Kubernetes' own streams: what is in a frame does not depend on it here. */
const PROTOCOL = 'binary.k8s.io';

const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  // Frames are written past the library, which must therefore not compress.
  perMessageDeflate: false,
  handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
});

/** Frames as the messages of a WebSocket. */
export function webSocketConnection(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): WatchConnection {
  let webSocket: WebSocket | undefined;
  return {
    open() {
      sockets.handleUpgrade(request, socket, head, (opened) => {
        webSocket = opened;
        // The close that follows an error is all that there is to do.
        opened.on('error', () => undefined);
      });
      return new SocketWriter(socket, MESSAGE_FRAMES, scheduler);
    },
    close: () => webSocket?.close(),
    destroy: () => socket.destroy(),
  };
}
