import { describe, expect, test } from '@jest/globals';
import { SSE_FRAMES } from '../../../../src/graphql/watch/sse-frames.ts';
import type { EncodedPayload } from '../../../../src/http/stream/encoded-payload.ts';
import { FlushScheduler } from '../../../../src/http/stream/flush-scheduler.ts';
import { SocketWriter, SubscriptionLane } from '../../../../src/http/stream/socket-writer.ts';
import { CollectingWritable } from '../../../support/collecting-writable.ts';
import { eventually } from '../../../support/eventually.ts';

const KILOBYTE = 1_024;

function payload(resourceVersion: number, size = 10): EncodedPayload {
  return {
    bytes: Buffer.from(String(resourceVersion).padEnd(size, '.')),
    resourceVersion: String(resourceVersion),
    isBookmark: false,
  };
}

interface Connection {
  readonly socket: CollectingWritable;
  readonly writer: SocketWriter;
  open(prefix: string): { lane: SubscriptionLane; overflows: (string | undefined)[] };
}

function connect(): Connection {
  const socket = new CollectingWritable();
  const writer = new SocketWriter(socket, SSE_FRAMES, new FlushScheduler());
  return {
    socket,
    writer,
    open(prefix) {
      const overflows: (string | undefined)[] = [];
      const lane = new SubscriptionLane({
        prefix: Buffer.from(prefix),
        onOverflow: (resumeFrom) => overflows.push(resumeFrom),
      });
      return { lane, overflows };
    },
  };
}

describe('a connection', () => {
  test('gets frames in the order in which they were queued, many in one write', async () => {
    const { socket, writer, open } = connect();
    const a = open('a');
    const b = open('b');
    writer.write(a.lane, payload(1, 1), 'changes');
    writer.writeText('text|');
    writer.write(b.lane, payload(2, 1), 'changes');
    writer.write(a.lane, payload(3, 1), 'changes');
    await eventually(
      () => socket.bytes.toString(),
      (text) => expect(text).toBe('a1\n\ntext|b2\n\na3\n\n'),
    );
    expect(socket.chunks).toHaveLength(1);
  });

  test('is not given more than it takes; the rest waits as references', async () => {
    const { socket, writer, open } = connect();
    const { lane } = open('');
    socket.hold();
    for (let i = 0; i < 5_000; i++) writer.write(lane, payload(i, KILOBYTE), 'changes');
    await eventually(
      () => socket.writableLength,
      (waiting) => expect(waiting).toBeGreaterThan(0),
    );
    expect(socket.writableLength).toBeLessThan(2 * KILOBYTE * KILOBYTE);
    socket.resume();
    await eventually(
      () => socket.bytes.length,
      (written) => expect(written).toBe(5_000 * (KILOBYTE + 2)),
    );
  });

  test('that ends writes what waits first', async () => {
    const { socket, writer, open } = connect();
    writer.write(open('').lane, payload(1, 1), 'changes');
    let ended = '';
    writer.end(() => {
      ended = socket.bytes.toString();
    });
    await eventually(
      () => ended,
      (text) => expect(text).toBe('1\n\n'),
    );
  });
});

describe('a subscription whose reader is too slow', () => {
  function overflow(connection: Connection, lane: SubscriptionLane, from: number): number {
    let version = from;
    while (lane.isOpen) connection.writer.write(lane, payload(version++, 64 * KILOBYTE), 'changes');
    return version;
  }

  test('is dropped with the version of the last result that was written', async () => {
    const connection = connect();
    const { lane, overflows } = connection.open('');
    connection.writer.write(lane, payload(7), 'changes');
    await eventually(
      () => lane.resumeFrom,
      (version) => expect(version).toBe('7'),
    );
    connection.socket.hold();
    overflow(connection, lane, 8);
    expect(overflows).toEqual([lane.resumeFrom]);
    expect(Number(overflows[0])).toBeGreaterThanOrEqual(7);
  });

  test('is told so behind what it has been sent, and gets nothing more', async () => {
    const connection = connect();
    const { socket, writer } = connection;
    const { lane, overflows } = connection.open('');
    socket.hold();
    overflow(connection, lane, 1);
    writer.write(lane, payload(1_000_000), 'changes');
    writer.writeText('|the end');
    socket.resume();
    await eventually(
      () => socket.bytes.toString(),
      (text) => expect(text).toMatch(/\|the end$/),
    );
    const text = socket.bytes.toString();
    expect(text).not.toContain('1000000');
    const written = text.split('\n\n').filter((frame) => frame.startsWith('|') === false);
    const versions = written.map((frame) => Number.parseInt(frame, 10)).filter((n) => n > 0);
    expect(versions).toEqual(versions.map((_, i) => i + 1));
    expect(overflows).toEqual([versions.length === 0 ? undefined : String(versions.length)]);
  });

  test('does not take the others on its connection with it', async () => {
    const connection = connect();
    const slow = connection.open('slow');
    const other = connection.open('other');
    connection.socket.hold();
    connection.writer.write(other.lane, payload(1), 'changes');
    overflow(connection, slow.lane, 2);
    connection.writer.write(other.lane, payload(900), 'changes');
    connection.socket.resume();
    await eventually(
      () => connection.socket.bytes.toString(),
      (text) => expect(text).toContain('other900'),
    );
    expect(other.overflows).toEqual([]);
  });

  test('has no place to resume from while it is shown the present', async () => {
    const connection = connect();
    const { lane } = connection.open('');
    connection.writer.write(lane, payload(9), 'present');
    connection.writer.write(lane, payload(5), 'present');
    await eventually(
      () => connection.socket.bytes.length,
      (written) => expect(written).toBe(24),
    );
    expect(lane.resumeFrom).toBeUndefined();
    connection.writer.write(lane, { ...payload(9), isBookmark: true }, 'present');
    await eventually(
      () => lane.resumeFrom,
      (version) => expect(version).toBe('9'),
    );
  });

  test('may have any amount of the present waiting: it is finite', () => {
    const connection = connect();
    const { lane, overflows } = connection.open('');
    connection.socket.hold();
    for (let i = 0; i < 1_000; i++)
      connection.writer.write(lane, payload(i, 64 * KILOBYTE), 'present');
    expect(overflows).toEqual([]);
  });
});
