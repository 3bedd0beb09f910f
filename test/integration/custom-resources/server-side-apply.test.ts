import { describe, expect, test } from '@jest/globals';
import type { JSONSchemaProps } from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { testApi } from '../../support/plane.ts';

const SPEC: JSONSchemaProps = {
  type: 'object',
  properties: {
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, port: { type: 'integer' } },
      },
    },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    words: { type: 'array', items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    whole: {
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
  },
};

describe('server-side apply of a custom resource', () => {
  test('joins maps, sets and lists as its definition says', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ spec: SPEC }));
    const apply = (fieldManager: string, spec: Record<string, unknown>) =>
      api.client.apply(widgets, widget('a', spec), { serverSide: true, fieldManager });
    await apply('one', { ports: [{ name: 'http', port: 80 }], tags: ['x'], labels: { a: '1' } });
    const { object } = await apply('two', {
      ports: [{ name: 'https', port: 443 }],
      tags: ['y'],
      labels: { b: '2' },
    });
    expect(object.spec).toEqual({
      ports: [
        { name: 'http', port: 80 },
        { name: 'https', port: 443 },
      ],
      tags: ['x', 'y'],
      labels: { a: '1', b: '2' },
    });
    const shrunk = await apply('two', { tags: ['y'] });
    expect(shrunk.object.spec).toEqual({
      ports: [{ name: 'http', port: 80 }],
      tags: ['x', 'y'],
      labels: { a: '1' },
    });
  });

  test('refuses to take what another owns, whole where it is atomic', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ spec: SPEC }));
    const apply = (fieldManager: string, spec: Record<string, unknown>) =>
      api.client.apply(widgets, widget('a', spec), { serverSide: true, fieldManager });
    await apply('one', { whole: { a: '1' }, words: ['x'] });
    await expect(apply('two', { whole: { b: '2' } })).rejects.toMatchObject({ reason: 'Conflict' });
    await expect(apply('two', { words: ['y'] })).rejects.toMatchObject({ reason: 'Conflict' });
  });
});
