import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

/** Where the port is remembered, in the data directory. */
export const PORT_FILE = 'postgres-port';

/**
 * The port of the last start, so that a connection string noted down yesterday still works today, or a free one.
 * Someone may take it before PostgreSQL does: the caller then calls {@link forgetPort} and asks again.
 */
export async function choosePort(dataDirectory: string): Promise<number> {
  const remembered = readRemembered(dataDirectory);
  if (remembered !== undefined) return remembered;
  const port = await findFreePort();
  fs.writeFileSync(portFile(dataDirectory), `${port}\n`, { mode: 0o600 });
  return port;
}

/** Makes the next {@link choosePort} look for a free one. */
export function forgetPort(dataDirectory: string): void {
  fs.rmSync(portFile(dataDirectory), { force: true });
}

function readRemembered(dataDirectory: string): number | undefined {
  const file = portFile(dataDirectory);
  if (!fs.existsSync(file)) return undefined;
  const port = Number(fs.readFileSync(file, 'utf8'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function portFile(dataDirectory: string): string {
  return path.join(dataDirectory, PORT_FILE);
}

/** PostgreSQL cannot listen on "any free port" itself. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
