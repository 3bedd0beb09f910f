import type { Frame, FrameFormat } from '../../http/stream/socket-writer.ts';
import { websocketHeaderLength, writeWebsocketHeader } from '../../http/stream/websocket-header.ts';

/** A frame is a line of JSON, encoded with its line feed. */
export const LINE_FRAMES: FrameFormat = {
  size: (frame) => bytesOf(frame).length,
  write: (frame, target, offset) => offset + bytesOf(frame).copy(target, offset),
};

/** A message of a WebSocket. */
export const MESSAGE_FRAMES: FrameFormat = {
  size(frame) {
    const { length } = bytesOf(frame);
    return websocketHeaderLength(length) + length;
  },
  write(frame, target, start) {
    const bytes = bytesOf(frame);
    const offset = writeWebsocketHeader(target, start, bytes.length);
    return offset + bytes.copy(target, offset);
  },
};

function bytesOf(frame: Frame): Buffer {
  return frame.lane ? frame.payload.bytes : frame.text;
}
