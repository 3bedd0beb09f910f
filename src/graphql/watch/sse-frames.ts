import type { FrameFormat } from '../../http/stream/socket-writer.ts';

const END = Buffer.from('\n\n');

/** Server-sent events of GraphQL over SSE, distinct connections mode: `event: next` with the result as data. */
export const SSE_FRAMES: FrameFormat = {
  size: (frame) =>
    frame.lane
      ? frame.lane.prefix.length + frame.payload.bytes.length + END.length
      : frame.text.length,
  write(frame, target, start) {
    if (!frame.lane) return start + frame.text.copy(target, start);
    let offset = start + frame.lane.prefix.copy(target, start);
    offset += frame.payload.bytes.copy(target, offset);
    return offset + END.copy(target, offset);
  },
};

export const SSE_NEXT_PREFIX = Buffer.from('event: next\ndata: ');
export const SSE_COMPLETE = 'event: complete\ndata: \n\n';
/** A comment: it keeps proxies from closing a quiet connection. */
export const SSE_KEEP_ALIVE = ':\n\n';
