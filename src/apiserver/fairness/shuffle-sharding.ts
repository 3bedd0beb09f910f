import { createHash } from 'node:crypto';

/**
 * The queues that a flow may use: `handSize` different ones of `queues`, always the same for one flow. Two flows seldom have
 * the same hand, so that a flow that fills its queues leaves most others at least one that is short.
 */
export function dealHand(flow: string, queues: number, handSize: number): readonly number[] {
  const digest = createHash('sha256').update(flow).digest();
  const hand: number[] = [];
  for (let card = 0; card < Math.min(handSize, queues); card++) {
    // Each card is one of those that are left; those dealt before it are stepped over.
    let index = digest.readUInt16BE((card * 2) % (digest.length - 1)) % (queues - card);
    for (const dealt of [...hand].sort((a, b) => a - b)) if (index >= dealt) index++;
    hand.push(index);
  }
  return hand;
}
