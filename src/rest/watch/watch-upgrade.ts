import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { upgradeCredentials } from '../../http/credentials.ts';
import { toStatus } from '../../http/http-server.ts';
import { refuseUpgrade, type Upgrades } from '../../http/upgrades.ts';
import { badRequest } from '../../scheme/errors.ts';
import { negotiate } from '../content/negotiate.ts';
import { openRequest } from '../open-request.ts';
import type { RestContext } from '../rest-context.ts';
import { NO_BODY, wantsWatch } from '../rest-request.ts';
import { webSocketConnection } from './connections.ts';
import { serveWatch } from './serve-watch.ts';
import type { WatchHub } from './watch-hub.ts';

/** Watches over WebSockets: one message a frame. */
export function addWatchUpgrade(upgrades: Upgrades, context: RestContext, hub: WatchHub): void {
  upgrades.add({
    matches: (path) => path.startsWith('/api/') || path.startsWith('/apis/'),
    handle(request, socket, head) {
      // Whatever ends the connection, its close is told as well.
      socket.on('error', () => socket.destroy());
      upgrade(context, hub, { request, socket, head }).catch((thrown: unknown) => {
        const status = toStatus(thrown, context.logger);
        refuseUpgrade(socket, status.code, JSON.stringify(status));
      });
    },
  });
}

interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

async function upgrade(
  context: RestContext,
  hub: WatchHub,
  { head, request: message, socket }: UpgradeRequest,
): Promise<void> {
  const open = await openRequest(context, message, upgradeCredentials(message), socket);
  const request = { ...open, method: 'GET', headers: message.headers, body: NO_BODY };
  if (!wantsWatch(request)) throw badRequest('only watches are served over WebSockets here');
  open.turn.leave();
  const connection = webSocketConnection(message, socket, head);
  await serveWatch({ request, encoder: negotiate(request), hub, connection });
}
