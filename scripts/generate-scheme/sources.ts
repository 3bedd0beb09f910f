import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEGACY_PACKAGES, type LegacyRelease } from './legacy-versions.ts';

const CLIENT = '@kubernetes/client-node';
const LEGACY_RELEASES = Object.keys(LEGACY_PACKAGES) as LegacyRelease[];

/** The published packages that the scheme is generated from; the first two describe the same Kubernetes release. */
const PACKAGES: readonly Package[] = [
  { directory: 'models', name: CLIENT, version: '2.0.1' },
  { directory: 'validators', name: 'kubernetes-models', version: '5.1.0' },
  ...LEGACY_RELEASES.map((release) => ({
    directory: `models-${release}`,
    name: CLIENT,
    version: LEGACY_PACKAGES[release],
  })),
];

interface Package {
  readonly directory: string;
  readonly name: string;
  readonly version: string;
}

/** What the models' file headers say of that release; files of older releases are leftovers. */
export const RELEASE_MARK = 'OpenAPI spec version: release-1.36';

export interface Sources {
  /** Folder of one file a model class. */
  readonly modelsDir: string;
  /** Folder of one file an API group and version, with its paths. */
  readonly apisDir: string;
  /** Folder of one compiled validator a type. */
  readonly validatorsDir: string;
  /** Folders of one file a model class, of the releases that describe removed versions. */
  readonly legacyModelsDirs: Readonly<Record<LegacyRelease, string>>;
}

/**
 * Where the unpacked packages are: under `directory` when given (as `models/package` and `validators/package`),
 * otherwise freshly packed from the registry into a temporary folder.
 */
export function fetchSources(directory: string | undefined): Sources {
  const root = directory ?? createScratchDirectory();
  for (const source of PACKAGES) {
    const target = join(root, source.directory);
    if (existsSync(join(target, 'package'))) continue;
    mkdirSync(target, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', `${source.name}@${source.version}`], {
      cwd: target,
      encoding: 'utf8',
    });
    execFileSync('tar', ['xzf', packed.trim()], { cwd: target });
  }
  const generated = join(root, 'models', 'package', 'dist', 'gen');
  return {
    modelsDir: join(generated, 'models'),
    apisDir: join(generated, 'apis'),
    validatorsDir: join(root, 'validators', 'package', '_schemas'),
    legacyModelsDirs: Object.fromEntries(
      LEGACY_RELEASES.map((release) => [
        release,
        join(root, `models-${release}`, 'package', 'dist', 'gen', 'model'),
      ]),
    ) as Sources['legacyModelsDirs'],
  };
}

/** A folder that is gone when the process ends. */
function createScratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'generate-scheme-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
