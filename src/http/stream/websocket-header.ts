/** The heads of WebSocket text frames (RFC 6455, section 5.2), as servers send them: final and without a mask. */
const FINAL_TEXT_FRAME = 0x81;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;
const MAX_7_BIT_LENGTH = 125;
const MAX_16_BIT_LENGTH = 0xff_ff;

/** Bytes that the head of a frame takes with `length` bytes in it. */
export function websocketHeaderLength(length: number): number {
  if (length <= MAX_7_BIT_LENGTH) return 2;
  return length <= MAX_16_BIT_LENGTH ? 4 : 10;
}

/** Writes the head of a frame with `length` bytes in it, and returns the offset behind it. */
export function writeWebsocketHeader(target: Buffer, start: number, length: number): number {
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
