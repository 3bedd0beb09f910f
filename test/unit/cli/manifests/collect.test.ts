import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CliContext } from '../../../../src/cli/context.ts';
import { collectManifests } from '../../../../src/cli/manifests/collect.ts';

let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-manifests-'));
  fs.mkdirSync(path.join(folder, 'set/deep'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'empty'));
  const files = {
    'one.yaml': '1',
    'set/b.yml': 'b',
    'set/a.json': 'a',
    'set/readme.md': 'x',
    'set/deep/c.yaml': 'c',
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  fs.writeFileSync(path.join(folder, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

function collect(filename: readonly string[], { recursive = false, stdin = '' } = {}) {
  const output = { write: () => undefined };
  const context = new CliContext(
    {
      stdout: output,
      stderr: output,
      stdin: (async function* () {
        yield Buffer.from(stdin);
      })(),
      env: {},
      cwd: folder,
      packageRoot: folder,
      argv: [],
      signal: new AbortController().signal,
      now: Date.now,
    },
    {},
  );
  return collectManifests(context, { filename, recursive });
}

describe('-f', () => {
  test('takes files, in the order they are named', async () => {
    expect(await collect(['set/b.yml', 'one.yaml'])).toEqual([
      { name: 'set/b.yml', text: 'b' },
      { name: 'one.yaml', text: '1' },
    ]);
  });

  test('takes the manifests of a folder, ordered by name', async () => {
    expect((await collect(['set'])).map(({ name }) => name)).toEqual(['set/a.json', 'set/b.yml']);
  });

  test('goes into the folders of a folder when it is told to', async () => {
    expect((await collect(['set'], { recursive: true })).map(({ name }) => name)).toEqual([
      'set/a.json',
      'set/b.yml',
      'set/deep/c.yaml',
    ]);
  });

  test('takes standard input', async () => {
    expect(await collect(['-'], { stdin: 'hello' })).toEqual([{ name: 'STDIN', text: 'hello' }]);
  });

  test('takes web addresses, and says when there is nothing', async () => {
    const server = http.createServer((request, response) => {
      if (request.url === '/pod.yaml') response.end('pod');
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await collect([`${url}/pod.yaml`])).toEqual([{ name: `${url}/pod.yaml`, text: 'pod' }]);
    await expect(collect([`${url}/none`])).rejects.toThrow(
      'server reported 404 Not Found, status code=404',
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(collect([`${url}/pod.yaml`])).rejects.toThrow('unable to read URL');
  });

  test.each([
    ['nowhere.yaml', 'the path "nowhere.yaml" does not exist'],
    ['empty', 'recognized file extensions are [.json .yaml .yml]'],
    ['binary.yaml', '"binary.yaml" is not a text in UTF-8'],
  ])('refuses %s: %s', async (place, message) => {
    await expect(collect([place])).rejects.toThrow(message);
  });
});
