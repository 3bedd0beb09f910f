import type { CliCommand, CommandEntry } from './command.ts';

/** A command of this table; its file is loaded when it is called. */
function entry(
  name: string,
  summary: string,
  load: () => Promise<CliCommand<never>>,
  aliases: readonly string[] = [],
): CommandEntry {
  return { name, summary, load, aliases };
}

const ROLLOUT: readonly CommandEntry[] = [
  entry(
    'status',
    'follow a rollout until it is done',
    async () => (await import('./commands/rollout/status.ts')).statusCommand,
  ),
  entry(
    'history',
    'list the revisions',
    async () => (await import('./commands/rollout/history.ts')).historyCommand,
  ),
  entry(
    'undo',
    'go back to an earlier revision',
    async () => (await import('./commands/rollout/undo.ts')).undoCommand,
  ),
  entry(
    'pause',
    'stop rolling out changes',
    async () => (await import('./commands/rollout/pause.ts')).pauseCommand,
  ),
  entry(
    'resume',
    'roll out changes again',
    async () => (await import('./commands/rollout/pause.ts')).resumeCommand,
  ),
  entry(
    'restart',
    'replace all Pods, one by one',
    async () => (await import('./commands/rollout/restart.ts')).restartCommand,
  ),
];

const NODES: readonly CommandEntry[] = [
  entry(
    'add',
    'add simulated nodes',
    async () => (await import('./commands/nodes/add.ts')).addCommand,
  ),
  entry(
    'stop',
    'power nodes off',
    async () => (await import('./commands/nodes/power.ts')).stopCommand,
  ),
  entry(
    'start',
    'power nodes on',
    async () => (await import('./commands/nodes/power.ts')).startCommand,
  ),
];

const CREATE: readonly CommandEntry[] = [
  entry(
    'token',
    'print a new token of a service account',
    async () => (await import('./commands/create/token.ts')).tokenCommand,
  ),
];

const CERTIFICATE: readonly CommandEntry[] = [
  entry(
    'approve',
    'let a certificate be signed',
    async () => (await import('./commands/certificate/decide.ts')).approveCommand,
  ),
  entry(
    'deny',
    'refuse a certificate',
    async () => (await import('./commands/certificate/decide.ts')).denyCommand,
  ),
];

const TIME: readonly CommandEntry[] = [
  {
    ...entry(
      'show',
      'show what time it is in the cluster (what `orrery time` alone does)',
      async () => (await import('./commands/time/show.ts')).showCommand,
    ),
    isDefault: true,
  },
  entry(
    'speed',
    'run faster or slower than real time',
    async () => (await import('./commands/time/steer.ts')).speedCommand,
  ),
  entry(
    'pause',
    'stop the clock',
    async () => (await import('./commands/time/steer.ts')).pauseCommand,
  ),
  entry(
    'resume',
    'let the clock go on',
    async () => (await import('./commands/time/steer.ts')).resumeCommand,
  ),
  entry(
    'step',
    'move the clock on by a time',
    async () => (await import('./commands/time/step.ts')).stepCommand,
  ),
];

const AUTH: readonly CommandEntry[] = [
  entry(
    'can-i',
    'ask whether you may do something',
    async () => (await import('./commands/auth/can-i.ts')).canICommand,
  ),
  entry(
    'whoami',
    'show who you are to the server',
    async () => (await import('./commands/auth/whoami.ts')).whoamiCommand,
  ),
];

const STORAGE: readonly CommandEntry[] = [
  entry(
    'migrate',
    'rewrite objects in the current storage version',
    async () => (await import('./commands/storage/migrate.ts')).migrateCommand,
  ),
];

const SECRETS: readonly CommandEntry[] = [
  entry(
    'reencrypt',
    'encrypt what is stored with the key of now',
    async () => (await import('./commands/secrets/reencrypt.ts')).reencryptCommand,
  ),
];

/** Every command, in the order that `--help` lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  entry(
    'up',
    'start the control plane in the background',
    async () => (await import('./commands/up.ts')).upCommand,
  ),
  entry(
    'down',
    'stop the control plane',
    async () => (await import('./commands/down.ts')).downCommand,
  ),
  entry('get', 'list objects', async () => (await import('./commands/get.ts')).getCommand),
  entry(
    'describe',
    'show an object in detail, with what belongs to it and its events',
    async () => (await import('./commands/describe.ts')).describeCommand,
  ),
  entry(
    'explain-scheduling',
    'show why a Pod is on its node, or why it waits for one',
    async () => (await import('./commands/explain-scheduling.ts')).explainSchedulingCommand,
  ),
  entry(
    'simulate-scheduling',
    'ask where Pods would go, and how many fit, without creating any',
    async () => (await import('./commands/simulate-scheduling.ts')).simulateSchedulingCommand,
  ),
  entry(
    'logs',
    'print what a container of a Pod printed',
    async () => (await import('./commands/logs.ts')).logsCommand,
  ),
  entry(
    'watch',
    'show changes as they happen',
    async () => (await import('./commands/watch.ts')).watchCommand,
  ),
  entry(
    'apply',
    'make objects what files say',
    async () => (await import('./commands/apply.ts')).applyCommand,
  ),
  entry(
    'diff',
    'show what apply would change, field by field',
    async () => (await import('./commands/diff.ts')).diffCommand,
  ),
  entry(
    'convert',
    'print manifests in another version of the API',
    async () => (await import('./commands/convert.ts')).convertCommand,
  ),
  entry(
    'delete',
    'delete objects',
    async () => (await import('./commands/delete.ts')).deleteCommand,
  ),
  entry(
    'scale',
    'set the number of replicas',
    async () => (await import('./commands/scale.ts')).scaleCommand,
  ),
  {
    name: 'rollout',
    summary: 'follow and steer the rollout of a Deployment',
    subcommands: ROLLOUT,
  },
  { name: 'create', summary: 'make what is not kept, such as a token', subcommands: CREATE },
  {
    name: 'certificate',
    summary: 'approve or deny certificate signing requests',
    subcommands: CERTIFICATE,
  },
  {
    name: 'nodes',
    aliases: ['node'],
    summary: 'add, stop and start simulated nodes',
    subcommands: NODES,
  },
  { name: 'time', summary: "show and steer the cluster's clock", subcommands: TIME },
  { name: 'auth', summary: 'ask who you are and what you may do', subcommands: AUTH },
  {
    name: 'storage',
    summary: 'look after what the database holds',
    subcommands: STORAGE,
  },
  { name: 'secrets', summary: 'look after encryption in the database', subcommands: SECRETS },
  entry(
    'audit',
    'show who did what',
    async () => (await import('./commands/audit.ts')).auditCommand,
  ),
  entry(
    'api-resources',
    'list the resources that are served',
    async () => (await import('./commands/api-resources.ts')).apiResourcesCommand,
  ),
  entry(
    'api-versions',
    'list the API versions that are served',
    async () => (await import('./commands/api-versions.ts')).apiVersionsCommand,
  ),
  entry(
    'version',
    'show the versions of client and server',
    async () => (await import('./commands/version.ts')).versionCommand,
  ),
];
