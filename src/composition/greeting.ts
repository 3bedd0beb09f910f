import pc from 'picocolors';
import { type Config, DEFAULT_PORT } from '../config.ts';
import { kubeconfigFileOf } from './kubeconfig.ts';

export interface GreetingOptions {
  readonly config: Pick<Config, 'port' | 'dataDirectory' | 'roles'>;
  /** The checkout's own data directory, which commands find by themselves. */
  readonly defaultDataDirectory: string;
  /** Undefined without a door. */
  readonly url: string | undefined;
  /** Undefined where nothing listens with TLS for Kubernetes' tools. */
  readonly secureUrl: string | undefined;
  readonly token: string;
  readonly tookMs: number;
}

/** What a process says once it is up: where it is, what to try, and how to stop it. */
export function greeting(options: GreetingOptions): string {
  const { config, secureUrl, token, tookMs, url } = options;
  const seconds = (tookMs / 1_000).toFixed(1);
  if (url === undefined) {
    return `Orrery runs ${config.roles.join(', ')} (ready in ${seconds} s). Ctrl-C stops it.`;
  }
  return `
${pc.bold('Orrery is up')} ${pc.dim(`(${seconds} s)`)}

  GraphQL      ${pc.cyan(`${url}/graphql`)}
  Playground   ${pc.cyan(`${url}/#token=${token}`)}
${secureUrl ? `  Kubernetes   ${pc.cyan(secureUrl)}\n` : ''}  Token        ${config.dataDirectory}/token

Try next, in another terminal:
${whereItIs(options, url)}  npx orrery apply -f examples/nginx-deployment.yaml
  npx orrery get pods -o wide -w
  npx orrery nodes add 1000 --cpu 16 --memory 64Gi
${secureUrl ? forKubernetesTools(config.dataDirectory) : ''}
Ctrl-C stops everything; what is stored stays.
`;
}

/** kubectl, Helm and client libraries find the server by the kubeconfig alone. */
function forKubernetesTools(dataDirectory: string): string {
  return `
Or with kubectl, Helm and every other Kubernetes tool:
  export KUBECONFIG=${shellWord(kubeconfigFileOf(dataDirectory))}
  kubectl get pods --all-namespaces
`;
}

/** What commands must be told to find a server that is not where they look. */
function whereItIs({ config, defaultDataDirectory }: GreetingOptions, url: string): string {
  const settings: string[] = [];
  // Port 0 is any that was free.
  const port = config.port || Number(new URL(url).port);
  if (url.startsWith('https:')) settings.push(`ORRERY_SERVER=${url}`);
  else if (port !== DEFAULT_PORT) settings.push(`ORRERY_PORT=${port}`);
  if (config.dataDirectory !== defaultDataDirectory) {
    settings.push(`ORRERY_DATA_DIR=${shellWord(config.dataDirectory)}`);
  }
  return settings.length === 0 ? '' : `  export ${settings.join(' ')}\n`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
