import type { Command } from 'commander';
import { withoutNulls } from '../../../lib/without-nulls.ts';
import { CliError } from '../../cli-error.ts';
import type { CliCommand } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import {
  DecideCertificateRequestDocument,
  ReadCertificateRequestDocument,
} from '../../generated/operations.ts';

interface Decision {
  readonly verb: 'approve' | 'deny';
  readonly type: 'Approved' | 'Denied';
  readonly done: string;
  readonly reason: string;
}

const APPROVE: Decision = {
  verb: 'approve',
  type: 'Approved',
  done: 'approved',
  reason: 'OrreryApprove',
};
const DENY: Decision = { verb: 'deny', type: 'Denied', done: 'denied', reason: 'OrreryDeny' };

export const approveCommand = commandOf(APPROVE);
export const denyCommand = commandOf(DENY);

function commandOf(decision: Decision): CliCommand {
  const { verb } = decision;
  return {
    setup(command: Command): void {
      command
        .argument('<name...>', 'the certificate signing requests')
        .addHelpText(
          'after',
          `\nExamples:\n  orrery certificate ${verb} jane\n  orrery get certificatesigningrequests`,
        );
    },
    async run(context, names): Promise<void> {
      for (const name of names) await decide(context, name, decision);
    },
  };
}

/** Adds the condition to what was read: who decided in between is not overruled. */
async function decide(context: CliContext, name: string, decision: Decision): Promise<void> {
  const { done, reason, type, verb } = decision;
  const client = await context.client();
  const { certificates } = await client.request(ReadCertificateRequestDocument, { name });
  const request = certificates?.v1?.certificateSigningRequest;
  if (!request) throw new CliError(`certificatesigningrequests "${name}" cannot be read`);
  // What GraphQL shows as null is not there.
  const before = withoutNulls(request.status?.conditions ?? []);
  if (!before.some((condition) => condition.type === type)) {
    const time = `${new Date(await context.clusterNow()).toISOString().slice(0, 19)}Z`;
    const message = `This CSR was ${done} by orrery certificate ${verb}.`;
    const condition = {
      type,
      status: 'True',
      reason,
      message,
      lastUpdateTime: time,
      lastTransitionTime: time,
    };
    const patch = {
      metadata: { resourceVersion: request.metadata?.resourceVersion },
      status: { conditions: [...before, condition] },
    };
    await client.request(DecideCertificateRequestDocument, { name, patch });
  }
  context.print(`certificatesigningrequest.certificates.k8s.io/${name} ${done}`);
}
