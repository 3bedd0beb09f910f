import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type {
  VolumeAttachment,
  VolumeAttachmentSource,
  VolumeError,
} from '../../generated/types/storage-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkCsiDriverName, checkDnsSubdomain, checkMaxBytes } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validatePersistentVolumeSpec } from '../core/persistent-volume.ts';
import { STATUS_WITHOUT_GENERATION } from '../generation.ts';
import { STATUS_ALONE } from '../status.ts';

const MAX_MESSAGE_BYTES = 1024;
const MAX_METADATA_BYTES = 256 * 1024;

function validate({ spec }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  checkCsiDriverName(spec.attacher, 'spec.attacher', errors);
  validateSource(spec.source, 'spec.source', errors);
  checkDnsSubdomain(spec.nodeName, 'spec.nodeName', errors);
  return errors;
}

function validateSource(
  { inlineVolumeSpec, persistentVolumeName }: VolumeAttachmentSource,
  path: string,
  errors: FieldError[],
): void {
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inlineVolumeSpec && persistentVolumeName !== undefined) {
    errors.push(forbiddenField(path, detail));
  } else if (inlineVolumeSpec) {
    const at = `${path}.inlineVolumeSpec`;
    validatePersistentVolumeSpec(inlineVolumeSpec, at, errors, { isInline: true });
  } else if (persistentVolumeName === undefined) {
    errors.push(required(path, detail));
  } else if (persistentVolumeName === '') {
    const empty = 'must specify non empty persistentVolumeName';
    errors.push(required(`${path}.persistentVolumeName`, empty));
  } else {
    checkDnsSubdomain(persistentVolumeName, `${path}.persistentVolumeName`, errors);
  }
}

function validateStatusUpdate({ status }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  checkMetadataSize(status.attachmentMetadata ?? {}, 'status.attachmentMetadata', errors);
  checkError(status.attachError, 'status.attachError', errors);
  checkError(status.detachError, 'status.detachError', errors);
  return errors;
}

function checkMetadataSize(
  metadata: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  checkMaxBytes(Object.entries(metadata).flat().join(''), MAX_METADATA_BYTES, path, errors);
}

function checkError(error: VolumeError | undefined, path: string, errors: FieldError[]): void {
  checkMaxBytes(error?.message ?? '', MAX_MESSAGE_BYTES, `${path}.message`, errors);
  const { errorCode } = error ?? {};
  if (errorCode === undefined || errorCode >= 0) return;
  const detail = `must be between 0 and ${2 ** 31 - 1}, inclusive`;
  errors.push(invalid(`${path}.errorCode`, errorCode, detail));
}

/** storage.k8s.io/VolumeAttachment. */
export const volumeAttachmentStrategy: KindStrategy<VolumeAttachment> = {
  ...STATUS_WITHOUT_GENERATION,
  ...STATUS_ALONE,
  returnsDeleted: true,
  validate,
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    validateImmutable(next.spec, current.spec, 'spec', errors);
    return errors;
  },
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Attacher',
      description: 'Who attaches the volume.',
      cell: ({ spec }) => spec.attacher,
    },
    {
      name: 'PV',
      description: 'The volume.',
      cell: ({ spec }) => spec.source.persistentVolumeName ?? '',
    },
    {
      name: 'Node',
      description: 'The node that it is attached to.',
      cell: ({ spec }) => spec.nodeName,
    },
    {
      name: 'Attached',
      type: 'boolean',
      description: 'Whether it is attached.',
      cell: ({ status }) => status?.attached ?? false,
    },
    ageColumn,
  ],
};
