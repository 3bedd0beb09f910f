import { isIP } from 'node:net';

/** The host name in a Host header or an origin, without port and brackets. */
export function hostNameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host);
  if (bracketed) return bracketed[1] ?? '';
  return host.replace(/:\d*$/, '').toLowerCase();
}

/**
 * Whether a request's Host header names this server. A web page can point a name of its own at 127.0.0.1 and so talk to
 * servers of its visitors ("DNS rebinding"); it cannot make the Host header an address or `localhost`.
 */
export function createHostCheck(
  allowedHosts: readonly string[],
): (host: string | undefined) => boolean {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  return (host) => {
    if (host === undefined) return false;
    const name = hostNameOf(host);
    return (
      isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || allowed.has(name)
    );
  };
}

/** Whether a browser's Origin header, where there is one, is that of the server itself. Other programs send none. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    // Ignored: `null` and other texts that are no origin are nobody's own.
    return false;
  }
}
