import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRoot } from '../../../../src/kubelet/files/entries.ts';
import { FileTree } from '../../../../src/kubelet/files/file-tree.ts';
import { absolutePath } from '../../../../src/kubelet/files/paths.ts';
import { Space } from '../../../../src/kubelet/files/space.ts';

/** Room for some dozens of directories. */
const MAX_BYTES = 30_000;
const bytes = (text: string): Buffer => Buffer.from(text);

function buildTree(): { tree: FileTree; space: Space } {
  const space = new Space({ maxBytes: MAX_BYTES });
  const tree = new FileTree(space, () => 0);
  tree.makeDirectories('/a/b');
  tree.write('/a/f', bytes('text'));
  return { tree, space };
}

test.each([
  ['/x', 'a', '/x/a'],
  ['/x', '/a', '/a'],
  ['/x/y', '../a/./b//c/', '/x/a/b/c'],
  ['/', '../../..', '/'],
  ['/x', '', '/x'],
])('in %s the path %j is %s', (cwd, path, absolute) => {
  expect(absolutePath(cwd, path)).toBe(absolute);
});

describe('links', () => {
  test('are followed, whether they are absolute or lead up', () => {
    const { tree } = buildTree();
    tree.link('/abs', '/a');
    tree.link('/a/b/up', '../f');
    expect(tree.read('/abs/f')).toEqual(bytes('text'));
    expect(tree.read('/abs/b/up')).toEqual(bytes('text'));
  });

  test('are written through, also to where nothing is yet', () => {
    const { tree } = buildTree();
    tree.link('/l', 'a/new');
    tree.write('/l', bytes('x'));
    expect(tree.read('/a/new')).toEqual(bytes('x'));
  });

  test('that go round and round are refused', () => {
    const { tree } = buildTree();
    tree.link('/x', '/y');
    tree.link('/y', '/x');
    expect(() => tree.find('/x')).toThrow('Too many levels of symbolic links');
  });
});

test.each<[string, (tree: FileTree) => unknown, string]>([
  ['reading what is not there', (tree) => tree.read('/none'), 'No such file or directory'],
  ['reading a directory', (tree) => tree.read('/a'), 'Is a directory'],
  ['writing to a directory', (tree) => tree.write('/a', bytes('')), 'Is a directory'],
  ['going through a file', (tree) => tree.read('/a/f/x'), 'Not a directory'],
  ['making what is there', (tree) => tree.makeDirectory('/a'), 'File exists'],
  ['removing what holds files', (tree) => tree.remove('/a'), 'Directory not empty'],
  ['removing the root', (tree) => tree.remove('/'), 'Device or resource busy'],
  ['moving into itself', (tree) => tree.move('/a', '/a/b/c'), 'Invalid argument'],
  [
    'a name that is too long',
    (tree) => tree.write(`/${'x'.repeat(256)}`, bytes('')),
    'File name too long',
  ],
  [
    'a path that is too deep',
    (tree) => tree.makeDirectories('/d'.repeat(100)),
    'File name too long',
  ],
  [
    'writing more than there is room for',
    (tree) => tree.write('/big', Buffer.alloc(MAX_BYTES)),
    'No space left on device',
  ],
])('%s fails', (_what, act, message) => {
  expect(() => act(buildTree().tree)).toThrow(message);
});

test('what is mounted hides what was there, is shared, and cannot be removed', () => {
  const { tree } = buildTree();
  const other = createRoot(new Space({ maxBytes: 1_000 }), 0);
  tree.mount('/a/b', other);
  tree.mount('/c', other);
  tree.write('/c/x', bytes('1'));
  expect(tree.read('/a/b/x')).toEqual(bytes('1'));
  expect(() => tree.remove('/c')).toThrow('Device or resource busy');
  expect(tree.move('/a/f', '/c/f')).toBe(false);
});

test('space is counted exactly: when all is removed, all of it is free', () => {
  const name = fc.constantFrom('/p', '/q', '/p/r', '/q/s');
  const step = fc.oneof(
    fc.record({
      act: fc.constant('write' as const),
      name,
      size: fc.integer({ min: 0, max: 12_000 }),
    }),
    fc.record({
      act: fc.constantFrom('mkdir' as const, 'remove' as const),
      name,
      size: fc.constant(0),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const space = new Space({ maxBytes: MAX_BYTES });
      const tree = new FileTree(space, () => 0);
      const attempt = (work: () => void): void => {
        try {
          work();
        } catch (thrown) {
          expect(thrown).toHaveProperty('name', 'FileError');
        }
      };
      for (const { act, name: path, size } of steps) {
        attempt(() => {
          if (act === 'write') tree.write(path, Buffer.alloc(size));
          else if (act === 'mkdir') tree.makeDirectory(path);
          else tree.remove(path);
        });
        expect(space.usedBytes).toBeLessThanOrEqual(MAX_BYTES);
      }
      for (const path of ['/p/r', '/q/s', '/p', '/q']) attempt(() => tree.remove(path));
      expect(space.usedBytes).toBe(0);
    }),
  );
});
