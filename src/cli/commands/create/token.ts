import { type Command, Option } from 'commander';
import { collectWithCommas, durationMs } from '../../arguments/options.ts';
import { CliError, UsageError } from '../../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import {
  CreateTokenDocument,
  type CreateTokenMutationVariables,
} from '../../generated/operations.ts';

interface TokenOptions extends GlobalOptions {
  readonly audience?: readonly string[];
  /** Milliseconds. */
  readonly duration?: number;
  readonly boundObjectKind?: 'Node' | 'Pod' | 'Secret';
  readonly boundObjectName?: string;
  readonly boundObjectUid?: string;
}

export const tokenCommand: CliCommand<TokenOptions> = {
  setup(command: Command): void {
    command
      .argument('<name>', 'the service account')
      .addOption(
        new Option('--audience <name>', 'whom the token is meant for; may be repeated').argParser(
          collectWithCommas,
        ),
      )
      .addOption(
        new Option('--duration <time>', 'how long it is to be good: 10m, 24h').argParser(
          durationMs,
        ),
      )
      .addOption(
        new Option('--bound-object-kind <kind>', 'it ends with this object').choices([
          'Pod',
          'Secret',
          'Node',
        ]),
      )
      .option('--bound-object-name <name>', 'its name')
      .option('--bound-object-uid <uid>', 'its uid, when it must be that very one')
      .addHelpText(
        'after',
        '\nExamples:\n  orrery create token robot\n  orrery create token robot --duration 10m --audience https://vault.example.com\n  orrery create token robot --bound-object-kind Pod --bound-object-name web-1',
      );
  },
  async run(context, [name = ''], options): Promise<void> {
    const variables = { namespace: options.namespace ?? 'default', name, spec: toSpec(options) };
    const answer = await (await context.client()).request(CreateTokenDocument, variables);
    const token = answer.createCoreV1ServiceAccountToken?.status?.token;
    if (!token) throw new CliError('the server has answered without a token');
    context.print(token);
  },
};

function toSpec(options: TokenOptions): CreateTokenMutationVariables['spec'] {
  const { audience, boundObjectKind: kind, boundObjectName: name, boundObjectUid: uid } = options;
  if ((kind === undefined) !== (name === undefined) || (uid && !kind)) {
    throw new UsageError('--bound-object-kind and --bound-object-name belong together: give both');
  }
  return {
    ...(audience ? { audiences: [...audience] } : {}),
    ...(options.duration === undefined
      ? {}
      : { expirationSeconds: String(Math.ceil(options.duration / 1_000)) }),
    ...(kind ? { boundObjectRef: { apiVersion: 'v1', kind, name, ...(uid ? { uid } : {}) } } : {}),
  };
}
