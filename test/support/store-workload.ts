import type { Random } from '../../src/lib/random.ts';
import { isApiError } from '../../src/scheme/errors.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import type { ObjectStore, StoreWrite } from '../../src/store/store.ts';
import { CONFIG_MAPS, createWrite, deleteWrite, updateWrite, versionOf } from './test-store.ts';
import type { LoggedChange, RecordedTransaction } from './watch-guarantees.ts';
import { watchKey } from './watch-recorder.ts';

const TYPES = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const;

export interface WorkloadOptions {
  readonly store: ObjectStore;
  readonly random: Random;
  /** How many transactions this writer attempts, one after the other. */
  readonly transactions: number;
  /** The fewer names, the more writers collide. */
  readonly names: number;
  /** Called after each transaction. */
  readonly onDone?: () => void;
}

/** One writer that creates, changes and deletes at random, alone or several at once, on what its cache shows it. */
export async function runWriter(options: WorkloadOptions): Promise<RecordedTransaction[]> {
  const { store, random, transactions, onDone } = options;
  const recorded: RecordedTransaction[] = [];
  const cache = await store.cache(CONFIG_MAPS);
  const lookUp = (name: string): ApiObject | undefined => cache.get('default', name);
  for (let i = 0; i < transactions; i++) {
    const writes = chooseWrites(options, lookUp);
    const answer = await answerOf(() =>
      store.commit(writes, { lane: random() < 0.2 ? 'background' : 'foreground' }),
    );
    recorded.push({
      writes: writes.map((write) => ({ key: watchKey(write), type: TYPES[write.type] })),
      answer,
    });
    onDone?.();
  }
  return recorded;
}

function chooseWrites(
  { random, names }: WorkloadOptions,
  lookUp: (name: string) => ApiObject | undefined,
): StoreWrite[] {
  const count = random() < 0.3 ? 3 : 1;
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(`name-${Math.floor(random() * names)}`);
  return [...chosen].map((name) => {
    const current = lookUp(name);
    const data = { n: String(Math.floor(random() * 1_000)) };
    if (!current) return createWrite(name, data);
    return random() < 0.2 ? deleteWrite(current) : updateWrite(current, data);
  });
}

async function answerOf(
  commit: () => Promise<readonly ApiObject[]>,
): Promise<RecordedTransaction['answer']> {
  try {
    return (await commit()).map(versionOf);
  } catch (error) {
    if (isApiError(error, 'AlreadyExists', 'NotFound', 'Conflict')) return 'refused';
    if (isApiError(error, 'ServiceUnavailable')) return 'unknown';
    throw error;
  }
}

/** A copy of each revision's place that no compaction touches, kept by a trigger: the truth that watches are judged by. */
export const AUDIT_SQL = `
  create table audit (version bigint, type text, key text);
  create function audit_revision() returns trigger language plpgsql as $$
  begin
    insert into audit values
      (new.resource_version, new.type, new.resource || ' ' || new.namespace || '/' || new.name);
    return new;
  end
  $$;
  create trigger audit after insert on revisions for each row execute function audit_revision()`;

/** Reads what {@link AUDIT_SQL} kept. */
export async function readAudit(
  query: (sql: string) => Promise<{ rows: { version: string; type: string; key: string }[] }>,
): Promise<LoggedChange[]> {
  const { rows } = await query('select version, type, key from audit order by version');
  return rows.map(({ version, type, key }) => ({
    version: Number(version),
    type: type as LoggedChange['type'],
    key,
  }));
}
