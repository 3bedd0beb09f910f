/** What every kind with a status does when one of its two doors is used: each leaves the other's half alone. */
import type { KindStrategy } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';

type WithStatus = ApiObject & { status?: unknown };

/** The main resource does not touch the status. */
export function keepStatus(next: WithStatus, current: WithStatus): void {
  if (current.status === undefined) delete next.status;
  else next.status = current.status;
}

/** Metadata that changes with every write: the rest stays as it was. */
const WRITTEN_METADATA = new Set(['resourceVersion', 'managedFields', 'uid', 'name', 'namespace']);

/** `/status` of younger kinds does not touch anything but the status. */
function keepAllButStatus(next: ApiObject, current: ApiObject): void {
  const target = next as unknown as Record<string, unknown>;
  const source = current as unknown as Record<string, unknown>;
  for (const key of new Set([...Object.keys(target), ...Object.keys(source)])) {
    if (key === 'status' || key === 'metadata') continue;
    keepMember(target, source, key);
  }
  const metadata = next.metadata as unknown as Record<string, unknown>;
  const before = current.metadata as unknown as Record<string, unknown>;
  for (const key of new Set([...Object.keys(metadata), ...Object.keys(before)])) {
    if (!WRITTEN_METADATA.has(key)) keepMember(metadata, before, key);
  }
}

/** `/status` of most built-in kinds also takes annotations, labels and finalizers. */
export function keepSpec(
  next: ApiObject & { spec?: unknown },
  current: ApiObject & { spec?: unknown },
): void {
  next.spec = current.spec;
}

function keepMember(
  target: Record<string, unknown>,
  source: Record<string, unknown>,
  key: string,
): void {
  if (source[key] === undefined) delete target[key];
  else target[key] = source[key];
}

/** The status is all that `/status` changes. */
export const STATUS_ALONE: Required<
  Pick<KindStrategy, 'prepareForStatusUpdate' | 'statusMetadata'>
> = {
  prepareForStatusUpdate: keepAllButStatus,
  statusMetadata: [],
};

type TwoDoors = Required<
  Pick<KindStrategy, 'prepareForCreate' | 'prepareForUpdate' | 'prepareForStatusUpdate'>
>;

/** For kinds whose status is empty on create, and kept on update. */
export const WITH_STATUS: TwoDoors = {
  prepareForCreate(object: WithStatus) {
    delete object.status;
  },
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
};

/** The same, for kinds of which `/status` changes nothing else. */
export const WITH_STATUS_ALONE: TwoDoors & typeof STATUS_ALONE = {
  ...WITH_STATUS,
  ...STATUS_ALONE,
};
