import type { Frame, FrameFormat } from '../../http/stream/socket-writer.ts';

/** A frame is a line of JSON, encoded with its line feed. */
export const LINE_FRAMES: FrameFormat = {
  size: (frame) => bytesOf(frame).length,
  write: (frame, target, offset) => offset + bytesOf(frame).copy(target, offset),
};

function bytesOf(frame: Frame): Buffer {
  return frame.lane ? frame.payload.bytes : frame.text;
}
