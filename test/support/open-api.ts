import { OpenApiDocuments } from '../../src/rest/openapi/open-api-documents.ts';
import type { DocumentV2 } from '../../src/rest/openapi/render-v2.ts';
import { toExtension } from '../../src/scheme/custom-resources/to-extension.ts';
import type { CustomResourceDefinition } from '../../src/scheme/generated/types/apiextensions-v1.ts';
import { createScheme } from '../../src/scheme/scheme.ts';
import { widgetDefinition } from './custom-resources.ts';

/** Every reference in a value, and whether anything stands beside it. */
export function referencesIn(value: unknown): { ref: string; isAlone: boolean }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { $ref } = value as { $ref?: unknown };
  const own =
    typeof $ref === 'string' ? [{ ref: $ref, isAlone: Object.keys(value).length === 1 }] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

/** A scheme with widgets, and its documents. */
export function openApiWithWidgets(definition = widgetDefinition()) {
  const scheme = createScheme({ strategies: new Map() });
  scheme.setExtension('widgets', toExtension(definition as CustomResourceDefinition));
  return { scheme, documents: new OpenApiDocuments({ scheme, gitVersion: 'v1.36.0' }) };
}

/** The OpenAPI 2 document, read. */
export async function readWhole(documents: OpenApiDocuments): Promise<DocumentV2> {
  return JSON.parse((await documents.wholeAsJson()).body.toString()) as DocumentV2;
}
