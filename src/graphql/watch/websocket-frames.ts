import type { Frame, FrameFormat } from '../../http/stream/socket-writer.ts';

const FINAL_TEXT_FRAME = 0x81;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;
const MAX_7_BIT_LENGTH = 125;
const MAX_16_BIT_LENGTH = 0xff_ff;
const CLOSING_BRACE = 0x7d;

/**
 * WebSocket text frames (RFC 6455, section 5.2) of messages `{"id":…,"type":"next","payload":…}`: the prefix is the
 * subscription's, the payload everyone's.
 */
export const WEBSOCKET_FRAMES: FrameFormat = {
  size(frame) {
    const length = messageLength(frame);
    return headerLength(length) + length;
  },
  write(frame, target, start) {
    let offset = writeHeader(target, start, messageLength(frame));
    if (!frame.lane) return offset + frame.text.copy(target, offset);
    offset += frame.lane.prefix.copy(target, offset);
    offset += frame.payload.bytes.copy(target, offset);
    target[offset] = CLOSING_BRACE;
    return offset + 1;
  },
};

/** What stands before the payload of a subscription's results. */
export function nextMessagePrefix(id: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
}

function messageLength(frame: Frame): number {
  return frame.lane ? frame.lane.prefix.length + frame.payload.bytes.length + 1 : frame.text.length;
}

function headerLength(length: number): number {
  if (length <= MAX_7_BIT_LENGTH) return 2;
  return length <= MAX_16_BIT_LENGTH ? 4 : 10;
}

function writeHeader(target: Buffer, start: number, length: number): number {
  target[start] = FINAL_TEXT_FRAME;
  if (length <= MAX_7_BIT_LENGTH) {
    target[start + 1] = length;
    return start + 2;
  }
  if (length <= MAX_16_BIT_LENGTH) {
    target[start + 1] = LENGTH_IN_16_BITS;
    return target.writeUInt16BE(length, start + 2);
  }
  target[start + 1] = LENGTH_IN_64_BITS;
  return target.writeBigUInt64BE(BigInt(length), start + 2);
}
