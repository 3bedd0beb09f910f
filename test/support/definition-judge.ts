import { describe, expect, test } from '@jest/globals';
import { formatFieldError } from '../../src/scheme/field-error.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../src/scheme/generated/types/apiextensions-v1.ts';
import { customResourceDefinitionStrategy } from '../../src/scheme/groups/apiextensions/custom-resource-definition.ts';
import { widgetDefinition } from './custom-resources.ts';

export const V = 'spec.versions[0]';
export const ROOT = `${V}.schema.openAPIV3Schema`;
export const SPEC = `${ROOT}.properties[spec]`;

/** A definition as the API server judges it: with its defaults. */
export function definitionWith(
  change: (definition: CustomResourceDefinition) => void,
): CustomResourceDefinition {
  const definition = structuredClone(widgetDefinition()) as CustomResourceDefinition;
  customResourceDefinitionStrategy.applyDefaults?.(definition);
  change(definition);
  return definition;
}

export function judge(change: (definition: CustomResourceDefinition) => void): string[] {
  const definition = definitionWith(change);
  return (customResourceDefinitionStrategy.validateCreate?.(definition) ?? []).map(
    formatFieldError,
  );
}

export type Change = (definition: CustomResourceDefinition) => void;
export const version = (change: (version: CustomResourceDefinitionVersion) => void): Change => {
  return ({ spec }) => change(spec.versions[0] as CustomResourceDefinitionVersion);
};
/** Replaces the schema of `spec`. */
export const spec = (schema: JSONSchemaProps): Change => {
  return version((one) => {
    const root = one.schema?.openAPIV3Schema as JSONSchemaProps;
    root.properties = { ...root.properties, spec: schema };
  });
};
export const field = (schema: JSONSchemaProps): Change =>
  spec({ type: 'object', properties: { f: schema } });
export const F = `${SPEC}.properties[f]`;

type Case = readonly [title: string, change: Change, ...problems: string[]];

export function refuses(about: string, cases: readonly Case[]): void {
  describe(`a definition's ${about}`, () => {
    test.each(cases)('%s', (_, change, ...problems) => {
      expect(judge(change)).toEqual(problems);
    });
  });
}
