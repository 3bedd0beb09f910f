import type { WatchEvent } from '../../src/scheme/object.ts';
import type { TestRest } from './rest-server.ts';

/** The frames of a watch, one by one; `done` when the server has ended it. */
export async function openWatch(rest: TestRest, path: string) {
  const abort = new AbortController();
  const response = await rest.open('GET', path, { signal: abort.signal });
  const frames = framesOf(response);
  return {
    response,
    async next(): Promise<WatchEvent> {
      const { value, done } = await frames.next();
      if (done) throw new Error('the watch has ended');
      return value;
    },
    ended: async () => (await frames.next()).done,
    [Symbol.dispose]: () => abort.abort(),
  };
}

async function* framesOf({ body }: Response): AsyncGenerator<WatchEvent, undefined> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as WatchEvent;
  }
  return undefined;
}
