/** Fields of old workloads that apps/v1 keeps as annotations, under the names that Kubernetes gives them. */
import { ANNOTATION_TEMPLATE_GENERATION } from '../groups/apps/daemon-set-generations.ts';
import { ANNOTATION_ROLLBACK_TO } from '../groups/apps/deployment-revisions.ts';
import type { ApiObject } from '../object.ts';
import { withAnnotation } from './annotations.ts';
import type { Conversion } from './conversion.ts';

type WithSpec = ApiObject & { readonly spec?: Readonly<Record<string, unknown>> };

interface AnnotatedField {
  /** The name of the field in the spec. */
  readonly field: string;
  readonly annotation: string;
  toNumber(value: unknown): number;
  fromNumber(number: number): unknown;
}

function annotated({ field, annotation, toNumber, fromNumber }: AnnotatedField): Conversion {
  return {
    toStorage(object) {
      const { spec, ...rest } = object as WithSpec;
      const { [field]: value, ...others } = spec ?? {};
      if (value === undefined) return object;
      const metadata = withAnnotation(object.metadata, annotation, String(toNumber(value)));
      return { ...rest, metadata, spec: others } as ApiObject;
    },
    fromStorage(stored) {
      const { spec, ...rest } = stored as WithSpec;
      const number = parseInt64(stored.metadata.annotations?.[annotation]);
      if (!spec || number === undefined) return stored;
      const metadata = withAnnotation(stored.metadata, annotation, undefined);
      return { ...rest, metadata, spec: { ...spec, [field]: fromNumber(number) } } as ApiObject;
    },
  };
}

/** The number that the text is the usual spelling of. */
function parseInt64(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && String(number) === text ? number : undefined;
}

/** The Deployment of extensions/v1beta1 and apps/v1beta1, with `spec.rollbackTo`. */
export const DEPLOYMENT_CONVERSION: Conversion = annotated({
  field: 'rollbackTo',
  annotation: ANNOTATION_ROLLBACK_TO,
  toNumber: (value) => (value as { revision?: number }).revision ?? 0,
  fromNumber: (revision) => ({ revision }),
});

/** The DaemonSet of extensions/v1beta1, with `spec.templateGeneration`. */
export const DAEMON_SET_CONVERSION: Conversion = annotated({
  field: 'templateGeneration',
  annotation: ANNOTATION_TEMPLATE_GENERATION,
  toNumber: Number,
  fromNumber: (generation) => generation,
});
