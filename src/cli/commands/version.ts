import type { Command } from 'commander';
import { parseOutputFormat } from '../arguments/output-format.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { ServerVersionDocument, type ServerVersionQuery } from '../generated/operations.ts';
import { toJsonText, toYaml } from '../output/serialize.ts';
import { packageVersion } from '../package-root.ts';

interface VersionOptions {
  readonly client?: boolean;
  readonly output?: string;
}

export const versionCommand: CliCommand<VersionOptions> = {
  setup(command: Command): void {
    command
      .option('--client', 'only that of the client: no server is asked')
      .option('-o, --output <format>', 'yaml, json')
      .addHelpText('after', '\nExamples:\n  orrery version\n  orrery version --client -o json');
  },
  async run(context, _args, { client, output }): Promise<void> {
    const format = parseOutputFormat(output, ['yaml', 'json']);
    const clientVersion = `v${packageVersion(context.environment.packageRoot)}`;
    // The client's version is known whatever becomes of the server's.
    if (!format) context.print(`Client Version: ${clientVersion}`);
    const server = client ? undefined : await readServerVersion(context, format, clientVersion);
    if (format) return printDocument(context, format, { clientVersion, server });
    if (server)
      context.print(`Server Version: ${server.gitVersion} (Orrery v${server.orreryVersion})`);
  },
};

type ServerVersion = ServerVersionQuery['version'];

async function readServerVersion(
  context: CliContext,
  format: 'yaml' | 'json' | undefined,
  clientVersion: string,
): Promise<ServerVersion> {
  try {
    const { version } = await (await context.client()).request(ServerVersionDocument, {});
    return version;
  } catch (thrown) {
    if (format) printDocument(context, format, { clientVersion, server: undefined });
    throw thrown;
  }
}

function printDocument(
  { environment }: CliContext,
  format: 'yaml' | 'json',
  { clientVersion, server }: { clientVersion: string; server: ServerVersion | undefined },
): void {
  const document = {
    clientVersion: { gitVersion: clientVersion },
    ...(server ? { serverVersion: server } : {}),
  };
  environment.stdout.write(format === 'json' ? toJsonText(document) : toYaml(document));
}
