import path from 'node:path';
import { stringify } from 'yaml';
import { replaceSecret } from './secret-file.ts';

const NAME = 'orrery';

export interface KubeconfigOptions {
  /** Where the server is: `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM of who vouches for it; undefined where the client's machine knows. */
  readonly certificateAuthority: string | undefined;
  /** The administrator's bearer token. */
  readonly token: string;
}

/** Where the kubeconfig of a data directory is. */
export function kubeconfigFileOf(dataDirectory: string): string {
  return path.join(dataDirectory, 'kubeconfig');
}

/** Writes what kubectl needs to be the administrator, readable by its owner alone; the file is replaced whole. */
export function writeKubeconfig(file: string, options: KubeconfigOptions): void {
  replaceSecret(file, stringify(kubeconfigOf(options), { lineWidth: 0 }));
}

function kubeconfigOf({ server, certificateAuthority, token }: KubeconfigOptions): object {
  const authority = certificateAuthority && {
    'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
  };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: NAME, cluster: { server, ...authority } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: 'admin', namespace: 'default' } }],
    'current-context': NAME,
  };
}
