import { expect, test } from '@jest/globals';
import { type Deferred, deferred } from '../../../../src/lib/deferred.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import {
  type AuditBackend,
  AuditWriter,
} from '../../../../src/observability/audit/audit-writer.ts';
import type { AuditEvent } from '../../../../src/store/telemetry/audit-event.ts';
import { auditEvent } from '../../../support/audit.ts';
import { RecordingLogger } from '../../../support/recording-logger.ts';

/** A backend that is done with a batch when the test says so. */
class GatedBackend implements AuditBackend {
  readonly name = 'the gated backend';
  readonly batches: (readonly AuditEvent[])[] = [];
  gate: Deferred<void> = deferred();

  append(events: readonly AuditEvent[]): Promise<void> {
    this.batches.push(events);
    return this.gate.promise;
  }
}

function start(options: { maxWaiting?: number; backends: AuditBackend[] }) {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  return { clock, logger, writer: new AuditWriter({ ioClock: clock, logger, ...options }) };
}

const names = (events: readonly AuditEvent[]) => events.map(({ objectRef }) => objectRef.name);

test('events that come close together are one batch, in their order', async () => {
  const backend = new GatedBackend();
  backend.gate.resolve();
  const { clock, writer } = start({ backends: [backend] });
  for (const name of ['a', 'b', 'c']) writer.write(auditEvent({ name }));
  expect(backend.batches).toEqual([]);
  clock.advance(200);
  await writer.flush();
  expect(backend.batches.map(names)).toEqual([['a', 'b', 'c']]);
});

test('what comes while a batch is being written follows in the next, and nothing is lost', async () => {
  const backend = new GatedBackend();
  const { clock, writer } = start({ backends: [backend] });
  writer.write(auditEvent({ name: 'first' }));
  clock.advance(200);
  writer.write(auditEvent({ name: 'second' }));
  backend.gate.resolve();
  await writer.flush();
  expect(backend.batches.map(names)).toEqual([['first'], ['second']]);
});

test('a backend that does not keep up drops what is past its bound, says so, and holds up no other', async () => {
  const slow = new GatedBackend();
  const fast = new GatedBackend();
  fast.gate.resolve();
  const { clock, logger, writer } = start({ backends: [slow, fast], maxWaiting: 3 });
  for (const name of ['a', 'b', 'c']) writer.write(auditEvent({ name }));
  clock.advance(200);
  await Promise.resolve();
  for (const name of ['d', 'e']) writer.write(auditEvent({ name }));
  slow.gate.resolve();
  await writer.flush();
  expect(slow.batches.flatMap(names)).toEqual(['a', 'b', 'c']);
  expect(logger.lines).toContainEqual(
    expect.objectContaining({
      message: 'audit events were dropped',
      fields: expect.objectContaining({ backend: slow.name, count: 2 }),
    }),
  );
});

test('a batch that cannot be written is counted as dropped, and the next one is tried', async () => {
  const backend = new GatedBackend();
  const { logger, writer } = start({ backends: [backend] });
  backend.gate.reject(new Error('disk full'));
  writer.write(auditEvent({ name: 'lost' }));
  await writer.flush();
  backend.gate = deferred();
  backend.gate.resolve();
  writer.write(auditEvent({ name: 'kept' }));
  await writer.flush();
  expect(backend.batches.map(names)).toEqual([['lost'], ['kept']]);
  expect(logger.lines.map(({ message }) => message)).toEqual([
    'audit events could not be written',
    'audit events were dropped',
  ]);
});
