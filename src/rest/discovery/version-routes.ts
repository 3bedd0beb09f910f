import type { FastifyInstance } from 'fastify';
import type { RestContext } from '../rest-context.ts';
import { addPath } from './paths.ts';
import { sendValue } from './send-document.ts';

/** Kubernetes' own value where a program does not say when it was built. */
const UNKNOWN_BUILD_DATE = '1970-01-01T00:00:00Z';

/** `/version`, as `kubectl version` reads it. */
export function versionRoutes({ version }: RestContext): (fastify: FastifyInstance) => void {
  const { gitVersion, major, minor, platform } = version;
  const info = {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: '',
    buildDate: UNKNOWN_BUILD_DATE,
    goVersion: '',
    compiler: `node ${process.version}`,
    platform,
  };
  return (fastify) =>
    addPath(fastify, '/version', (request, reply) => sendValue(request, reply, info));
}
