/** Turns of the event loop that {@link settled} lets pass: far more than any chain of promises here is long. */
const TURNS = 20;

/** Resolves when everything that is ready to run, promises and what they lead to, has run. Timers are not waited for. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
