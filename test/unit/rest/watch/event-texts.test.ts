import { expect, test } from '@jest/globals';
import type { Encoder } from '../../../../src/rest/content/encoder.ts';
import { createEncoder } from '../../../../src/rest/content/encoder.ts';
import { JSON_FORMAT } from '../../../../src/rest/content/format.ts';
import type { View } from '../../../../src/rest/content/view.ts';
import { EventTexts } from '../../../../src/rest/watch/event-texts.ts';
import type { WatchEvent } from '../../../../src/scheme/object.ts';

const event = (type: WatchEvent['type'], name = 'a', size = 0): WatchEvent => ({
  type,
  object: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, resourceVersion: '7', annotations: { filler: 'x'.repeat(size) } },
  },
});

/** An encoder that counts. */
function countingEncoder(marksFirst = false): { encoder: Encoder; count: () => number } {
  let encoded = 0;
  const view: View = {
    key: 'test',
    marksFirst,
    object: (object) => object,
    list: () => ({ head: {}, field: 'items', item: (object) => object }),
    eventObject: ({ metadata }, isFirst) => {
      encoded++;
      return { name: metadata.name, isFirst };
    },
  };
  return { encoder: createEncoder(view, JSON_FORMAT), count: () => encoded };
}

test('an event is encoded once, however many watchers get it', () => {
  const { encoder, count } = countingEncoder();
  const texts = new EventTexts(encoder);
  const added = event('ADDED');
  const first = texts.encode(added, true);
  expect(texts.encode({ ...added }, false)).toBe(first);
  expect(String(first.bytes)).toBe('{"type":"ADDED","object":{"name":"a","isFirst":false}}\n');
  expect(first.resourceVersion).toBe('7');
  expect(count()).toBe(1);
});

test('an object that is added to one watch and changed in another is two events', () => {
  const { encoder, count } = countingEncoder();
  const texts = new EventTexts(encoder);
  const added = event('ADDED');
  texts.encode(added, false);
  texts.encode({ ...added, type: 'MODIFIED' }, false);
  expect(count()).toBe(2);
});

test('the first event of a stream is its own, where views make it different', () => {
  const { encoder } = countingEncoder(true);
  const texts = new EventTexts(encoder);
  const added = event('ADDED');
  const shared = texts.encode(added, false);
  expect(String(texts.encode(added, true).bytes)).toContain('"isFirst":true');
  expect(texts.encode(added, false)).toBe(shared);
});

test('where answers change with time, an event is encoded anew in another moment', () => {
  const { encoder, count } = countingEncoder();
  let now = 7;
  const texts = new EventTexts({ ...encoder, moment: () => now });
  const added = event('ADDED');
  texts.encode(added, false);
  texts.encode(added, false);
  expect(count()).toBe(1);
  now = 8;
  texts.encode(added, false);
  expect(count()).toBe(2);
});

test('what is remembered is bounded, and what was used last is kept longest', () => {
  const { count, encoder } = countingEncoder();
  const large: Encoder = {
    ...encoder,
    encodeEvent: (...args) => encoder.encodeEvent(...args).padEnd(1024 * 1024, ' '),
  };
  const texts = new EventTexts(large);
  const kept = event('ADDED', 'kept');
  const forgotten = event('ADDED', 'forgotten');
  texts.encode(forgotten, false);
  for (let i = 0; i < 30; i++) {
    texts.encode(kept, false);
    texts.encode(event('ADDED', `${i}`), false);
  }
  const before = count();
  texts.encode(kept, false);
  expect(count()).toBe(before);
  texts.encode(forgotten, false);
  expect(count()).toBe(before + 1);
});
