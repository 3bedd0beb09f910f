import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type GreetingOptions, greeting } from '../../../src/composition/greeting.ts';

const HOME = '/checkout/.orrery';

const greet = (
  config: Partial<GreetingOptions['config']>,
  url: string | undefined,
  secureUrl?: string,
): string =>
  stripVTControlCharacters(
    greeting({
      config: { port: 4000, dataDirectory: HOME, roles: ['api'], ...config },
      defaultDataDirectory: HOME,
      url,
      secureUrl,
      token: 'secret',
      tookMs: 1_540,
    }),
  );

describe('the greeting', () => {
  test('says what is up, where, what to try and how to stop', () => {
    expect(greet({}, 'http://127.0.0.1:4000')).toBe(`
Orrery is up (1.5 s)

  GraphQL      http://127.0.0.1:4000/graphql
  Playground   http://127.0.0.1:4000/#token=secret
  Token        /checkout/.orrery/token

Try next, in another terminal:
  npx orrery apply -f examples/nginx-deployment.yaml
  npx orrery get pods -o wide -w
  npx orrery nodes add 1000 --cpu 16 --memory 64Gi

Ctrl-C stops everything; what is stored stays.
`);
  });

  test.each<[string, Partial<GreetingOptions['config']>, string, string]>([
    ['another port', { port: 4001 }, 'http://127.0.0.1:4001', 'ORRERY_PORT=4001'],
    ['whatever port was free', { port: 0 }, 'http://127.0.0.1:5123', 'ORRERY_PORT=5123'],
    [
      'another data directory',
      { dataDirectory: '/tmp/second' },
      'http://127.0.0.1:4000',
      'ORRERY_DATA_DIR=/tmp/second',
    ],
    [
      'a data directory with a space and a quote',
      { dataDirectory: "/tmp/it's mine" },
      'http://127.0.0.1:4000',
      String.raw`ORRERY_DATA_DIR='/tmp/it'\''s mine'`,
    ],
  ])('with %s tells the next terminal where the server is', (_, config, url, settings) => {
    expect(greet(config, url)).toContain(`terminal:\n  export ${settings}\n  npx orrery apply`);
  });

  test('leads Kubernetes’ tools by the kubeconfig', () => {
    const text = greet({}, 'http://127.0.0.1:4000', 'https://127.0.0.1:6443');
    expect(text).toContain('  Kubernetes   https://127.0.0.1:6443\n');
    expect(text).toContain('  export KUBECONFIG=/checkout/.orrery/kubeconfig\n  kubectl get pods');
  });

  test('without a door names the roles', () => {
    expect(greet({ roles: ['scheduler', 'kubelets'] }, undefined)).toBe(
      'Orrery runs scheduler, kubelets (ready in 1.5 s). Ctrl-C stops it.',
    );
  });
});
