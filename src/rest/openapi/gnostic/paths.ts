import type { Method } from '../operation.ts';
import type { OperationV2, ParameterV2, PathItemV2 } from '../render-v2.ts';
import { writeExtensions } from './any.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';
import { writeSchema } from './schema.ts';

const METHOD_FIELDS: readonly (readonly [Method, number])[] = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['options', 6],
  ['head', 7],
  ['patch', 8],
];

/** The fields of gnostic's `PathItem`. */
export function writePathItem(writer: ProtobufWriter, item: PathItemV2): void {
  for (const [method, field] of METHOD_FIELDS) {
    const operation = item[method];
    if (operation) writer.message(field, () => writeOperation(writer, operation));
  }
  for (const parameter of item.parameters) writeParameter(writer, 9, parameter);
}

function writeOperation(writer: ProtobufWriter, operation: OperationV2): void {
  writer.texts(1, operation.tags);
  writer.text(3, operation.description);
  writer.text(5, operation.operationId);
  writer.texts(6, operation.produces);
  writer.texts(7, operation.consumes);
  for (const parameter of operation.parameters ?? []) writeParameter(writer, 8, parameter);
  writer.message(9, () => writeResponses(writer, operation.responses));
  writer.texts(10, operation.schemes);
  writeExtensions(writer, 13, operation);
}

/** A `ParametersItem`, which holds a `Parameter`, which is a body or is none. */
function writeParameter(writer: ProtobufWriter, field: number, parameter: ParameterV2): void {
  writer.message(field, () => {
    writer.message(1, () => {
      if (parameter.in === 'body') writer.message(1, () => writeBody(writer, parameter));
      else writer.message(2, () => writeNonBody(writer, parameter));
    });
  });
}

function writeBody(
  writer: ProtobufWriter,
  parameter: Extract<ParameterV2, { readonly in: 'body' }>,
): void {
  writer.text(2, parameter.name);
  writer.text(3, parameter.in);
  writer.flag(4, parameter.required);
  writer.message(5, () => writeSchema(writer, parameter.schema));
}

/** Parameters of the query and of the path differ in the numbers of their fields from the fifth on. */
const NON_BODY_FIELDS = {
  query: { message: 3, type: 6, uniqueItems: 20 },
  path: { message: 4, type: 5, uniqueItems: 19 },
} as const;

function writeNonBody(
  writer: ProtobufWriter,
  parameter: Exclude<ParameterV2, { readonly in: 'body' }>,
): void {
  const fields = NON_BODY_FIELDS[parameter.in];
  writer.message(fields.message, () => {
    writer.flag(1, parameter.required);
    writer.text(2, parameter.in);
    writer.text(3, parameter.description);
    writer.text(4, parameter.name);
    writer.text(fields.type, parameter.type);
    writer.flag(fields.uniqueItems, parameter.uniqueItems);
  });
}

function writeResponses(writer: ProtobufWriter, responses: OperationV2['responses']): void {
  for (const [code, { description, schema }] of Object.entries(responses)) {
    writer.message(1, () => {
      writer.text(1, code);
      writer.message(2, () => {
        writer.message(1, () => {
          writer.text(1, description);
          if (schema) writer.message(2, () => writer.message(1, () => writeSchema(writer, schema)));
        });
      });
    });
  }
}
