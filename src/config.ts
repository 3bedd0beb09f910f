/**
 * The settings of a server process, read once from its arguments and its environment: the only reader of `process.env`
 * in the server. An argument wins over the environment, the environment over the default.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ADMISSION_PLUGIN_NAMES } from './apiserver/admission/plugin-table.ts';
import {
  AUTHORIZATION_MODES,
  type AuthorizationMode,
} from './apiserver/authorization/authorization-modes.ts';
import { DEFAULT_MAX_REQUESTS_IN_FLIGHT } from './apiserver/fairness/defaults.ts';
import {
  AUDIT_OPTIONS,
  AUDIT_USAGE,
  type AuditConfig,
  readAuditConfig,
} from './composition/audit-config.ts';
import {
  AUTHENTICATION_OPTIONS,
  AUTHENTICATION_USAGE,
  type AuthenticationConfig,
  readAuthenticationConfig,
} from './composition/authentication-config.ts';
import {
  CONTAINER_LOG_OPTIONS,
  CONTAINER_LOG_USAGE,
  type ContainerLogConfig,
  readContainerLogConfig,
} from './composition/container-log-config.ts';
import {
  NETWORK_OPTIONS,
  NETWORK_USAGE,
  type NetworkConfig,
  readNetworkConfig,
} from './composition/network-config.ts';
import {
  ConfigError,
  seconds,
  splitList,
  toBoolean,
  toChoice,
  toInteger,
  toRate,
} from './composition/option-values.ts';
import {
  readSchedulingDecisionConfig,
  SCHEDULING_DECISION_OPTIONS,
  SCHEDULING_DECISION_USAGE,
  type SchedulingDecisionConfig,
} from './composition/scheduling-decision-config.ts';
import { didYouMeanHint } from './lib/did-you-mean.ts';

/** Where servers listen, and commands look for them, unless they are told otherwise. */
export const DEFAULT_PORT = 4000;

/** Where Kubernetes' tools look for a server. */
const DEFAULT_SECURE_PORT = 6443;

/** What a process does; one process may do several. */
export const ROLES = ['api', 'scheduler', 'controllers', 'kubelets'] as const;

export type Role = (typeof ROLES)[number];

export interface Config {
  /** Where the GraphQL door listens. @default '127.0.0.1' */
  readonly host: string;
  /** @default 4000 */
  readonly port: number;
  /**
   * Where everything is served with TLS beside; undefined for nowhere. Unless the port was chosen, any that is free will do
   * when it is taken. @default 6443, or any that is free
   */
  readonly securePort: SecurePort | undefined;
  /** Names, beside its addresses and localhost, under which clients may address the server. @default [] */
  readonly allowedHosts: readonly string[];
  /** Database, token and process id are kept here. @default .orrery in the checkout */
  readonly dataDirectory: string;
  /** A PostgreSQL server in place of the embedded one. */
  readonly databaseUrl: string | undefined;
  /** Kubernetes' EncryptionConfiguration. @default encryption.yaml in the data directory, made with a key of its own */
  readonly encryptionProviderConfig: string | undefined;
  /** Queues on Redis in place of PostgreSQL. */
  readonly redisUrl: string | undefined;
  /** @default every role */
  readonly roles: readonly Role[];
  /** API groups and versions to switch: `batch/v1=false`, `api/alpha=true`. */
  readonly runtimeConfig: readonly string[];
  /** Who says who may do what, beside that administrators may do everything. @default ['Node', 'RBAC'] */
  readonly authorizationModes: readonly AuthorizationMode[];
  /** Seats for requests under way at once, which priority levels share. @default 32 */
  readonly maxRequestsInFlight: number;
  /** Controllers to run: `*` for all, `-name` without one. @default ['*'] */
  readonly controllers: readonly string[];
  /** How long a node may be silent before it is Unknown, in seconds. @default 50 */
  readonly nodeMonitorGracePeriodSeconds: number;
  /** How long a new node may take to report for the first time, in seconds. @default 60 */
  readonly nodeStartupGracePeriodSeconds: number;
  /** Whether a silent node keeps what it has mounted until it is tainted out of service. @default false */
  readonly disableForceDetachOnTimeout: boolean;
  /** How long Events are kept after they were last seen, in seconds. @default 3600 */
  readonly eventTtlSeconds: number;
  /** How many nodes a second may be marked for eviction in a zone. @default 0.1 */
  readonly nodeEvictionRate: number;
  /** How long Pods tolerate a node that is not ready or unreachable, where they do not say, in seconds. @default 300 */
  readonly defaultTolerationSeconds: number;
  /** Admission plugins to run beside the default ones. @default [] */
  readonly enableAdmissionPlugins: readonly string[];
  /** A KubeSchedulerConfiguration, as an absolute path. @default the default profile */
  readonly schedulerConfigFile: string | undefined;
  /** Default admission plugins not to run. @default [] */
  readonly disableAdmissionPlugins: readonly string[];
  readonly audit: AuditConfig;
  readonly containerLogs: ContainerLogConfig;
  readonly schedulingDecisions: SchedulingDecisionConfig;
  readonly network: NetworkConfig;
  /** How long revisions are kept, in seconds: what a watch may resume from, and a read look back to. @default 3600 */
  readonly retentionSeconds: number;
  /** Simulated nodes made at the first start of an empty cluster. @default 3 */
  readonly initialNodes: number;
  /** Whether clients may ask the GraphQL schema for its types. @default true */
  readonly introspection: boolean;
  readonly authentication: AuthenticationConfig;
  /** @default 'warn' */
  readonly logLevel: LogLevel;
}

export interface SecurePort {
  readonly port: number;
  readonly isChosen: boolean;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const USAGE = `Starts an Orrery control plane in the foreground.

Usage: npm start -- [options]

  --port N                    listen on this port (ORRERY_PORT, default 4000)
  --secure-port N             listen with TLS on this port as well: what kubectl uses (ORRERY_SECURE_PORT, default
                              ${DEFAULT_SECURE_PORT}, or any that is free; 0 takes any, "none" switches it off)
  --host ADDRESS              listen on this address (ORRERY_HOST, default 127.0.0.1)
  --allowed-hosts LIST        names that clients may use for this server, beside its addresses and localhost
  --data-dir DIR              keep the database and the token here (ORRERY_DATA_DIR, default .orrery)
  --role NAME                 run this part only; repeat it for several: ${ROLES.join(', ')}
  --runtime-config GV=BOOL    switch an API group, version or level: api/alpha=true, batch/v1=false
  --authorization-mode LIST   who says who may do what: ${AUTHORIZATION_MODES.join(', ')} (default Node,RBAC)
  --max-requests-inflight N   requests served at once, shared by priority levels; the others wait (default ${DEFAULT_MAX_REQUESTS_IN_FLIGHT})
  --controllers LIST          '*' for all, '-NAME' without one (default '*')
  --initial-nodes N           simulated nodes of a new cluster (default 3)
  --node-monitor-grace-period SECONDS
                              how long a node may be silent before it is Unknown (default 50)
  --node-startup-grace-period SECONDS
                              how long a new node may take to report for the first time (default 60)
  --disable-force-detach-on-timeout BOOL
                              leave to a node that is gone what it has mounted, until it is tainted
                              node.kubernetes.io/out-of-service (default false)
  --event-ttl SECONDS         how long Events are kept after they were last seen (default 3600)
  --node-eviction-rate RATE   how many nodes a second are given up in a zone (default 0.1)
  --default-toleration-seconds SECONDS
                              how long Pods stay on a node that is gone, where they do not say (default 300)
  --encryption-provider-config FILE
                              which resources are encrypted in the database, and with which keys
                              (default encryption.yaml in the data directory, made at the first start)
  --scheduler-config FILE     a KubeSchedulerConfiguration: profiles, plugins, weights, arguments
  --enable-admission-plugins LIST
                              admission plugins to run beside the default ones
  --disable-admission-plugins LIST
                              default admission plugins not to run
  --retention SECONDS         how long the past can be read and watched from (default 3600)
  --introspection BOOL        whether clients may read the GraphQL schema (default true)
  --log-level LEVEL           ${LOG_LEVELS.join(', ')} (ORRERY_LOG_LEVEL, default warn)
  --help                      this text

${AUTHENTICATION_USAGE}
${AUDIT_USAGE}
${CONTAINER_LOG_USAGE}
${SCHEDULING_DECISION_USAGE}
${NETWORK_USAGE}
Environment: DATABASE_URL uses a PostgreSQL server (14 or newer) in place of the embedded one,
REDIS_URL puts the work queues on Redis.

Examples:
  npm start
  npm start -- --port 4001 --data-dir /tmp/second
  npm start -- --runtime-config api/alpha=true
`;

const OPTIONS = {
  port: { type: 'string' },
  'secure-port': { type: 'string' },
  host: { type: 'string' },
  'allowed-hosts': { type: 'string', multiple: true },
  'data-dir': { type: 'string' },
  role: { type: 'string', multiple: true },
  'runtime-config': { type: 'string', multiple: true },
  'authorization-mode': { type: 'string', multiple: true },
  'max-requests-inflight': { type: 'string' },
  controllers: { type: 'string', multiple: true },
  'initial-nodes': { type: 'string' },
  'node-monitor-grace-period': { type: 'string' },
  'node-startup-grace-period': { type: 'string' },
  'disable-force-detach-on-timeout': { type: 'string' },
  'event-ttl': { type: 'string' },
  'node-eviction-rate': { type: 'string' },
  'default-toleration-seconds': { type: 'string' },
  'encryption-provider-config': { type: 'string' },
  'scheduler-config': { type: 'string' },
  'enable-admission-plugins': { type: 'string', multiple: true },
  'disable-admission-plugins': { type: 'string', multiple: true },
  retention: { type: 'string' },
  introspection: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  ...AUTHENTICATION_OPTIONS,
  ...AUDIT_OPTIONS,
  ...CONTAINER_LOG_OPTIONS,
  ...SCHEDULING_DECISION_OPTIONS,
  ...NETWORK_OPTIONS,
} as const;

export interface ConfigSource {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths of the environment and of arguments start from. */
  readonly cwd: string;
  /** Where `.orrery` is by default. */
  readonly packageRoot: string;
}

/** @throws {ConfigError} */
export function readConfig(source: ConfigSource): Config | 'help' {
  const values = parseArguments(source.args);
  if (values.help) return 'help';
  const { env, cwd, packageRoot } = source;
  const directory = values['data-dir'] ?? env.ORRERY_DATA_DIR;
  return {
    ...readPlace(values, env),
    allowedHosts: splitList(values['allowed-hosts']),
    dataDirectory: directory ? path.resolve(cwd, directory) : defaultDataDirectory(packageRoot),
    databaseUrl: env.DATABASE_URL || undefined,
    encryptionProviderConfig: toFile(cwd, values['encryption-provider-config']),
    schedulerConfigFile: toFile(cwd, values['scheduler-config']),
    redisUrl: env.REDIS_URL || undefined,
    roles: toRoles(values.role),
    runtimeConfig: splitList(values['runtime-config']),
    authorizationModes: toAuthorizationModes(values['authorization-mode']),
    maxRequestsInFlight: toMaxRequestsInFlight(values['max-requests-inflight']),
    controllers: values.controllers ? splitList(values.controllers) : ['*'],
    ...readNodeCare(values),
    eventTtlSeconds: seconds('--event-ttl', values['event-ttl'] ?? '3600'),
    ...toPluginSwitches(values),
    audit: readAuditConfig(values, cwd),
    containerLogs: readContainerLogConfig(values),
    schedulingDecisions: readSchedulingDecisionConfig(values),
    network: readNetworkConfig(values),
    retentionSeconds: seconds('--retention', values.retention ?? '3600'),
    initialNodes: toInteger('--initial-nodes', values['initial-nodes'] ?? '3', 0, 10_000),
    introspection: toBoolean('--introspection', values.introspection ?? 'true'),
    authentication: readAuthenticationConfig(values, cwd),
    logLevel: toChoice(
      '--log-level',
      values['log-level'] ?? env.ORRERY_LOG_LEVEL ?? 'warn',
      LOG_LEVELS,
    ),
  };
}

/** Kept in the checkout, so that each has its own. */
export function defaultDataDirectory(packageRoot: string): string {
  return path.join(packageRoot, '.orrery');
}

function parseArguments(args: readonly string[]) {
  for (const arg of args) {
    const name = /^--([a-z-]+)/.exec(arg)?.[1];
    if (name !== undefined && !(name in OPTIONS)) {
      const hint = didYouMeanHint(name, Object.keys(OPTIONS));
      throw new ConfigError(`unknown option --${name}${hint}; --help lists them all`);
    }
  }
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (thrown) {
    throw new ConfigError(`${(thrown as Error).message}; --help lists the options`);
  }
}

type Values = ReturnType<typeof parseArguments>;

/** What becomes of nodes that are silent, and of what is on them. */
function readNodeCare(values: Values) {
  return {
    nodeMonitorGracePeriodSeconds: seconds(
      '--node-monitor-grace-period',
      values['node-monitor-grace-period'] ?? '50',
    ),
    nodeStartupGracePeriodSeconds: seconds(
      '--node-startup-grace-period',
      values['node-startup-grace-period'] ?? '60',
    ),
    disableForceDetachOnTimeout: toBoolean(
      '--disable-force-detach-on-timeout',
      values['disable-force-detach-on-timeout'] ?? 'false',
    ),
    nodeEvictionRate: toRate('--node-eviction-rate', values['node-eviction-rate'] ?? '0.1'),
    defaultTolerationSeconds: seconds(
      '--default-toleration-seconds',
      values['default-toleration-seconds'] ?? '300',
    ),
  };
}

function readPlace(
  values: Readonly<Partial<Record<'host' | 'port' | 'secure-port', string | undefined>>>,
  env: ConfigSource['env'],
): Pick<Config, 'host' | 'port' | 'securePort'> {
  return {
    host: values.host ?? env.ORRERY_HOST ?? '127.0.0.1',
    port: toInteger('--port', values.port ?? env.ORRERY_PORT ?? `${DEFAULT_PORT}`, 0, 65_535),
    securePort: toSecurePort(values['secure-port'] ?? env.ORRERY_SECURE_PORT),
  };
}

function toSecurePort(word: string | undefined): SecurePort | undefined {
  if (word === 'none') return undefined;
  if (!word) return { port: DEFAULT_SECURE_PORT, isChosen: false };
  return { port: toInteger('--secure-port', word, 0, 65_535), isChosen: true };
}

function toRoles(words: readonly string[] | undefined): readonly Role[] {
  if (!words) return ROLES;
  return [...new Set(splitList(words))].map((word) => toChoice('--role', word, ROLES));
}

function toPluginSwitches(
  values: Readonly<
    Partial<Record<'enable-admission-plugins' | 'disable-admission-plugins', string[] | undefined>>
  >,
): Pick<Config, 'enableAdmissionPlugins' | 'disableAdmissionPlugins'> {
  const enabled = toPlugins('--enable-admission-plugins', values['enable-admission-plugins']);
  const disabled = toPlugins('--disable-admission-plugins', values['disable-admission-plugins']);
  const both = enabled.filter((name) => disabled.includes(name));
  if (both.length > 0) {
    throw new ConfigError(
      `${both.join(', ')} in enable-admission-plugins and disable-admission-plugins overlapped`,
    );
  }
  return { enableAdmissionPlugins: enabled, disableAdmissionPlugins: disabled };
}

function toMaxRequestsInFlight(text = String(DEFAULT_MAX_REQUESTS_IN_FLIGHT)): number {
  return toInteger('--max-requests-inflight', text, 1, 100_000);
}

function toAuthorizationModes(words: readonly string[] | undefined): readonly AuthorizationMode[] {
  if (!words) return ['Node', 'RBAC'];
  const modes = splitList(words).map((word) =>
    toChoice('--authorization-mode', word, AUTHORIZATION_MODES),
  );
  if (modes.length > 0) return [...new Set(modes)];
  throw new ConfigError(
    `--authorization-mode is empty: give one or more of ${AUTHORIZATION_MODES.join(', ')}`,
  );
}

function toPlugins(option: string, values: readonly string[] | undefined): string[] {
  const names = splitList(values);
  for (const name of names) {
    if (ADMISSION_PLUGIN_NAMES.includes(name)) continue;
    const hint = didYouMeanHint(name, ADMISSION_PLUGIN_NAMES);
    throw new ConfigError(
      `${option}: there is no admission plugin "${name}"${hint}; there are ${ADMISSION_PLUGIN_NAMES.join(', ')}`,
    );
  }
  return names;
}

/** A file that an option names, from the working directory on. */
function toFile(cwd: string, file: string | undefined): string | undefined {
  return file === undefined ? undefined : path.resolve(cwd, file);
}
