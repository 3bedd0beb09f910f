import { invariant } from '../../lib/errors.ts';
import { PLAYGROUND_EXAMPLES } from './playground-examples.ts';
import { PLAYGROUND_SCRIPT, TOKEN_FORM } from './playground-script.ts';

const ROOT = '<div id="root"></div>';

/** The page of the playground: GraphiQL as its package renders it, with our token and our examples. */
export async function renderPlayground(): Promise<string> {
  // Its 9 MB are loaded when somebody first looks at the page.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const options = {
    title: 'Orrery',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    shouldPersistHeaders: false,
    defaultTabs: PLAYGROUND_EXAMPLES,
  };
  const html = renderGraphiQL(options as Parameters<typeof renderGraphiQL>[0]);
  const json = JSON.stringify(options);
  const [start, rest] = splitOnce(html, ROOT, html.indexOf(ROOT));
  const [middle, end] = splitOnce(rest, json, rest.lastIndexOf(json));
  const script = `${TOKEN_FORM}<script>${PLAYGROUND_SCRIPT}</script>`;
  return `${start}${ROOT}${script}${middle}window.orreryPlayground(${json})${end}`;
}

function splitOnce(text: string, separator: string, index: number): readonly [string, string] {
  invariant(
    index >= 0,
    `GraphiQL's page has changed: it does not contain ${separator.slice(0, 40)}`,
  );
  return [text.slice(0, index), text.slice(index + separator.length)];
}
