import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ServerVersion } from '../graphql/generic/server-version.ts';
import { packageRoot } from '../store/package-root.ts';

/** The Kubernetes release whose API the scheme holds. */
const KUBERNETES = { gitVersion: 'v1.36.0', major: '1', minor: '36' };

/** What `version` answers. */
export function serverVersion(): ServerVersion {
  const file = path.join(packageRoot(), 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return { ...KUBERNETES, platform: `${process.platform}/${arch}`, orreryVersion: version };
}
