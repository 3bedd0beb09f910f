import type { Frame, FrameFormat } from '../../http/stream/socket-writer.ts';
import { websocketHeaderLength, writeWebsocketHeader } from '../../http/stream/websocket-header.ts';

const CLOSING_BRACE = 0x7d;

/**
 * WebSocket text frames (RFC 6455, section 5.2) of messages `{"id":…,"type":"next","payload":…}`: the prefix is the
 * subscription's, the payload everyone's.
 */
export const WEBSOCKET_FRAMES: FrameFormat = {
  size(frame) {
    const length = messageLength(frame);
    return websocketHeaderLength(length) + length;
  },
  write(frame, target, start) {
    let offset = writeWebsocketHeader(target, start, messageLength(frame));
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
