import type { AdmissionPlugin } from '../../src/apiserver/admission/plugin.ts';
import { forbidden } from '../../src/scheme/errors.ts';

/** Refuses Pods beyond a number, as a quota would; counts what was tried. */
export class PodQuota implements AdmissionPlugin {
  readonly name = 'PodQuota';
  limit: number;
  tried = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  handles({ resource }: { resource: string }, operation: string): boolean {
    return resource === 'pods' && operation === 'CREATE';
  }

  validate({ namespace, name }: { namespace: string; name: string }): void {
    this.tried++;
    if (this.limit-- <= 0) {
      throw forbidden({ group: '', resource: 'pods', namespace, name }, 'exceeded quota');
    }
  }
}
