import { spawnSync } from 'node:child_process';
import { EmbeddedPostgresError } from './errors.ts';

/** The account that PostgreSQL runs under. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts made for running servers without rights, best first: PostgreSQL's own, then the one every system has. */
const CANDIDATES = ['postgres', 'nobody'];

/**
 * The account to drop to, or undefined when this process may run PostgreSQL itself. PostgreSQL refuses to run as root,
 * by design: a server that can be talked into writing files must not be able to write all of them.
 *
 * @param ownerUid who owns the existing cluster; its files are private to that account, so it decides.
 */
export function findServerUser(ownerUid?: number): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const names = ownerUid ? [String(ownerUid), ...CANDIDATES] : CANDIDATES;
  for (const name of names) {
    const user = lookUp(name);
    if (user) return user;
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and this system has neither a user "postgres" nor "nobody" to run it as; start Orrery as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  );
}

/** `id` rather than /etc/passwd: accounts may live in a directory service, as they do on macOS. */
function lookUp(name: string): ServerUser | undefined {
  const uid = readId('-u', name);
  const gid = readId('-g', name);
  return uid === undefined || gid === undefined || uid === 0 ? undefined : { name, uid, gid };
}

function readId(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  // macOS prints nobody's -2 as 4294967294; the system call takes the signed number.
  return status === 0 ? Number(stdout.trim()) | 0 : undefined;
}

/**
 * Whether `user` (or this process, when undefined) can enter the directory or execute the file at `path`. Asked of the
 * system, as that user: modes, ACLs, mount options and security modules all have a say.
 */
export function canEnter(path: string, user: ServerUser | undefined): boolean {
  const ids = user ? { uid: user.uid, gid: user.gid } : {};
  return spawnSync('test', ['-x', path], { ...ids, cwd: '/' }).status === 0;
}
