/** A subscription over server-sent events, read as a browser would read it. */
export class SseSubscription<Data> implements AsyncDisposable {
  readonly results: Data[] = [];
  readonly #abort = new AbortController();
  readonly #reading: Promise<void>;

  constructor(
    { url, token }: { readonly url: string; readonly token: string },
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
  ) {
    this.#reading = this.#read(`${url}/graphql`, token, JSON.stringify({ query, variables }));
  }

  async #read(endpoint: string, token: string, body: string): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    };
    const { signal } = this.#abort;
    const response = await fetch(endpoint, { method: 'POST', headers, body, signal });
    if (!response.ok || !response.body) throw new Error(`refused with ${response.status}`);
    let rest = '';
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const frames = (rest + text).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) this.#onFrame(frame);
    }
  }

  #onFrame(frame: string): void {
    const lines = frame.split('\n');
    if (!lines.includes('event: next')) return;
    const text = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
    const { data, errors } = JSON.parse(text.join('\n'));
    if (errors) throw new Error(JSON.stringify(errors));
    this.results.push(data);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#reading.catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
  }
}
