/**
 * What is known of images: which programs they have, what they start, and what answers at their ports. An image that is not
 * listed is taken for a small Linux with a shell, whose declared ports answer HTTP.
 */

/** What answers at a port, as data. */
export type PortAnswer =
  /** HTTP with the files below a directory of the container. */
  | {
      readonly type: 'files';
      readonly port: number;
      readonly root: string;
      readonly server: string;
    }
  /** HTTP that tells who answered what. */
  | { readonly type: 'echo'; readonly port: number }
  /** HTTP with the text and at the port that the arguments name: `-text=hello -listen=:5678`. */
  | { readonly type: 'text'; readonly port: number }
  /** Redis' protocol. */
  | { readonly type: 'redis'; readonly port: number };

export interface ImageBehaviour {
  /** What the image begins when the Pod does not say. */
  readonly command: readonly string[];
  /** Whether arguments of the Pod take the command's place, rather than follow it. @default false */
  readonly isShell?: boolean;
  /** As `/etc/os-release` names it; undefined where there is no such file. */
  readonly system: { readonly id: string; readonly name: string } | undefined;
  readonly family: 'busybox' | 'debian' | 'none';
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  /** Unless the Pod says otherwise. @default root */
  readonly uid?: number;
  readonly answers?: readonly PortAnswer[];
  /** Text files beside those of every container. */
  readonly files?: Readonly<Record<string, string>>;
}

const BUSYBOX = { id: 'busybox', name: 'BusyBox' };
const ALPINE = { id: 'alpine', name: 'Alpine Linux' };
const DEBIAN = { id: 'debian', name: 'Debian GNU/Linux 12 (bookworm)' };
const UBUNTU = { id: 'ubuntu', name: 'Ubuntu 24.04 LTS' };

const NGINX_ROOT = '/usr/share/nginx/html';
const HTTPD_ROOT = '/usr/local/apache2/htdocs';

const page = (title: string, text: string): string =>
  `<!DOCTYPE html>\n<html>\n<head>\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body>\n</html>\n`;

const NGINX: ImageBehaviour = {
  isShell: true,
  family: 'debian',
  system: DEBIAN,
  command: ['nginx', '-g', 'daemon off;'],
  env: { NGINX_VERSION: '1.27.3' },
  answers: [{ type: 'files', port: 80, root: NGINX_ROOT, server: 'nginx/1.27.3' }],
  files: {
    [`${NGINX_ROOT}/index.html`]: page('Welcome to nginx!', 'This nginx is simulated by Orrery.'),
    '/etc/nginx/nginx.conf': 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
  },
};

const ECHO: ImageBehaviour = {
  family: 'busybox',
  system: ALPINE,
  command: ['/server'],
  answers: [{ type: 'echo', port: 8080 }],
};

/** By the last part of an image's name. */
const IMAGES: ReadonlyMap<string, ImageBehaviour> = new Map<string, ImageBehaviour>([
  ['busybox', { isShell: true, family: 'busybox', system: BUSYBOX, command: ['sh'] }],
  ['alpine', { isShell: true, family: 'busybox', system: ALPINE, command: ['/bin/sh'] }],
  ['debian', { isShell: true, family: 'debian', system: DEBIAN, command: ['bash'] }],
  ['ubuntu', { isShell: true, family: 'debian', system: UBUNTU, command: ['/bin/bash'] }],
  ['nginx', NGINX],
  [
    'httpd',
    {
      family: 'debian',
      system: DEBIAN,
      command: ['httpd-foreground'],
      workingDir: '/usr/local/apache2',
      answers: [{ type: 'files', port: 80, root: HTTPD_ROOT, server: 'Apache/2.4.62 (Unix)' }],
      files: { [`${HTTPD_ROOT}/index.html`]: '<html><body><h1>It works!</h1></body></html>\n' },
    },
  ],
  [
    'redis',
    {
      family: 'debian',
      system: DEBIAN,
      command: ['redis-server'],
      workingDir: '/data',
      answers: [{ type: 'redis', port: 6379 }],
    },
  ],
  [
    'curl',
    {
      family: 'busybox',
      system: ALPINE,
      command: ['curl'],
      workingDir: '/home/curl_user',
      uid: 100,
    },
  ],
  [
    'agnhost',
    {
      ...ECHO,
      command: ['/agnhost', 'pause'],
      answers: [
        { type: 'echo', port: 8080 },
        { type: 'echo', port: 9376 },
      ],
    },
  ],
  ['echoserver', ECHO],
  ['whoami', { ...ECHO, family: 'none', system: undefined, answers: [{ type: 'echo', port: 80 }] }],
  [
    'http-echo',
    {
      family: 'none',
      system: undefined,
      command: ['/http-echo'],
      answers: [{ type: 'text', port: 5678 }],
    },
  ],
  ['pause', { family: 'none', system: undefined, command: ['/pause'], uid: 65535 }],
]);

const DISTROLESS: ImageBehaviour = { family: 'none', system: DEBIAN, command: ['/app'], uid: 0 };
const UNKNOWN: ImageBehaviour = {
  isShell: true,
  family: 'busybox',
  system: ALPINE,
  command: ['/app'],
};

/** How containers of this image behave. */
export function behaviourOf(image: string): ImageBehaviour {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  if (repository.includes('distroless')) return DISTROLESS;
  return IMAGES.get(repository.slice(repository.lastIndexOf('/') + 1)) ?? UNKNOWN;
}

/** Has no program of these names, whatever else it has. */
const NOT_IN_DEBIAN = new Set(['ash', 'nslookup', 'ping', 'ps', 'wget']);
const NOT_IN_BUSYBOX = new Set(['bash', 'curl', 'getent']);
const ONLY_IN: Readonly<Record<string, string>> = { 'redis-cli': 'redis' };

/** Whether the image has a program of this name. */
export function hasProgram(image: string, name: string): boolean {
  const { command, family, system } = behaviourOf(image);
  if (family === 'none') return false;
  const owner = ONLY_IN[name];
  if (owner !== undefined) return command[0] === `${owner}-server`;
  if (command[0] === name) return true;
  if (family === 'debian')
    return !NOT_IN_DEBIAN.has(name) && (name !== 'curl' || system !== UBUNTU);
  return !NOT_IN_BUSYBOX.has(name);
}
