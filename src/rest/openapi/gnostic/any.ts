import type { ProtobufWriter } from './protobuf-writer.ts';

/** gnostic's `Any`: a value as YAML, of which JSON is a part. */
export function writeAny(writer: ProtobufWriter, field: number, value: unknown): void {
  writer.message(field, () => writer.text(2, JSON.stringify(value)));
}

/** The members of `source` that are Kubernetes' extensions, as `NamedAny` each. */
export function writeExtensions(writer: ProtobufWriter, field: number, source: object): void {
  for (const [name, value] of Object.entries(source)) {
    if (!name.startsWith('x-')) continue;
    writer.message(field, () => {
      writer.text(1, name);
      writeAny(writer, 2, value);
    });
  }
}
