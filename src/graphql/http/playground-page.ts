/** The page of the playground. */
export async function renderPlayground(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title: 'Orrery',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
  } as Parameters<typeof renderGraphiQL>[0]);
}
