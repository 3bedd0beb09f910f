import { describe, expect, test } from '@jest/globals';
import { CliError } from '../../../../src/cli/cli-error.ts';
import { ConnectionLostError } from '../../../../src/cli/transport/connection-errors.ts';
import { resumableWatch } from '../../../../src/cli/transport/resumable-watch.ts';
import { ServerError } from '../../../../src/cli/transport/server-error.ts';

const LOST = new ConnectionLostError({ endpoint: 'http://127.0.0.1:1' }, undefined);

/** A stream of each of `attempts`: versions that it delivers, then the error that it ends with. */
async function watch(attempts: readonly (readonly (string | Error)[])[], take: number) {
  const openedAt: (string | undefined)[] = [];
  const lost: string[] = [];
  const seen: string[] = [];
  const events = resumableWatch<string>({
    open: async function* (resourceVersion) {
      const steps = attempts[openedAt.length] ?? [];
      openedAt.push(resourceVersion);
      for (const step of steps) {
        if (typeof step !== 'string') throw step;
        yield step;
      }
    },
    resourceVersionOf: (event) => event,
    resourceVersion: '5',
    onLost: (error) => lost.push(error.message),
    signal: new AbortController().signal,
  });
  for await (const event of events) {
    seen.push(event);
    if (seen.length === take) break;
  }
  return { openedAt, lost, seen };
}

describe('a watch whose connection is lost', () => {
  test('goes on after the last event that was delivered', async () => {
    const { openedAt, seen, lost } = await watch([['6', '7', LOST], ['8']], 3);
    expect(seen).toEqual(['6', '7', '8']);
    expect(openedAt).toEqual(['5', '7']);
    expect(lost).toHaveLength(1);
  });

  test('begins where it began, when nothing had been delivered', async () => {
    const { openedAt } = await watch([[LOST], ['6']], 1);
    expect(openedAt).toEqual(['5', '5']);
  });

  test('goes on as well when the server is too busy, or ends the stream', async () => {
    const busy = new ServerError({ reason: 'TooManyRequests', message: 'too slow' });
    const { seen } = await watch([['6', busy], ['7'], ['8']], 3);
    expect(seen).toEqual(['6', '7', '8']);
  });
});

describe('a watch', () => {
  test('that the server refuses is not tried again', async () => {
    const refused = new ServerError({ reason: 'Expired', message: 'too old' });
    await expect(watch([['6', refused], ['7']], 2)).rejects.toBe(refused);
  });

  test('of a server that is not there is not tried again', async () => {
    const notThere = new CliError('no control plane answers');
    await expect(watch([[notThere], ['6']], 1)).rejects.toBe(notThere);
  });

  test('that is interrupted ends', async () => {
    const interrupted = new CliError('', 130);
    await expect(watch([['6', interrupted], ['7']], 2)).rejects.toBe(interrupted);
  });
});
