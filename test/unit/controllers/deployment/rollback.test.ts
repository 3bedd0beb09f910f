import { describe, expect, test } from '@jest/globals';
import {
  planRollbackTo,
  requestedRevision,
} from '../../../../src/controllers/deployment/rollback.ts';
import type { Deployment, ReplicaSet } from '../../../../src/scheme/generated/types/apps-v1.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

const template = (image: string, labels: Record<string, string> = {}) => ({
  metadata: { labels: { app: 'web', ...labels } },
  spec: { containers: [{ name: 'main', image }] },
});

function deployment(
  annotations: Record<string, string> = {},
  { isDeleted = false, paused = false } = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      annotations,
      ...(isDeleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: { paused, selector: { matchLabels: { app: 'web' } }, template: template('c') },
  };
}

const replicaSet = (revision: number, image: string): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `web-${image}`,
    annotations: { [REVISION]: `${revision}`, 'kubernetes.io/change-cause': `image ${image}` },
  },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: template(image, { 'pod-template-hash': image }),
  },
});
const HISTORY = [replicaSet(3, 'c'), replicaSet(1, 'a'), replicaSet(2, 'b')];

describe('a Deployment asks to go back', () => {
  test.each<[law: string, asked: Deployment, expected: number | undefined]>([
    ['to a revision by its number', deployment({ [ROLLBACK_TO]: '2' }), 2],
    ['to the last one by 0', deployment({ [ROLLBACK_TO]: '0' }), 0],
    ['to none without the annotation', deployment(), undefined],
    ['to none by what is no number', deployment({ [ROLLBACK_TO]: 'two' }), undefined],
    ['to none by what is no whole number', deployment({ [ROLLBACK_TO]: '1.5' }), undefined],
    ['to none by nothing', deployment({ [ROLLBACK_TO]: '' }), undefined],
    [
      'to none by a number past all counting',
      deployment({ [ROLLBACK_TO]: '99999999999999999999' }),
      undefined,
    ],
    ['to none while it is paused', deployment({ [ROLLBACK_TO]: '2' }, { paused: true }), undefined],
    [
      'to none while it is being deleted',
      deployment({ [ROLLBACK_TO]: '2' }, { isDeleted: true }),
      undefined,
    ],
  ])('%s', (_, asked, expected) => {
    expect(requestedRevision(asked)).toBe(expected);
  });
});

describe('a Deployment that asks to go back', () => {
  const asking = deployment({
    [ROLLBACK_TO]: '2',
    [REVISION]: '3',
    'kubernetes.io/change-cause': 'image c',
  });
  test.each<
    [
      law: string,
      to: number,
      history: readonly ReplicaSet[],
      image: string,
      cause: string,
      note: string,
    ]
  >([
    [
      'has the template and the words of that revision',
      1,
      HISTORY,
      'a',
      'image a',
      'Normal DeploymentRollback Rolled back deployment "web" to revision 1',
    ],
    [
      'has those of the one before the present by 0',
      0,
      HISTORY,
      'b',
      'image b',
      'Normal DeploymentRollback Rolled back deployment "web" to revision 2',
    ],
    [
      'stays when there is no such revision',
      7,
      HISTORY,
      'c',
      'image c',
      'Warning DeploymentRollbackRevisionNotFound Unable to find the revision to rollback to.',
    ],
    [
      'stays when there is none before the present',
      0,
      HISTORY.slice(0, 1),
      'c',
      'image c',
      'Warning DeploymentRollbackRevisionNotFound Unable to find last revision.',
    ],
    [
      'stays when it has that template already',
      3,
      HISTORY,
      'c',
      'image c',
      'Warning DeploymentRollbackTemplateUnchanged The rollback revision contains the same template as current deployment "web"',
    ],
  ])('%s', (_, to, history, image, cause, expected) => {
    const { deployment: next, note } = planRollbackTo(asking, history, to);

    expect(`${note.type} ${note.reason} ${note.message}`).toBe(expected);
    expect(next.spec?.template).toEqual(template(image));
    // What it asked for is gone, whatever came of it: it is asked once.
    expect(next.metadata.annotations).toEqual({
      [REVISION]: '3',
      'kubernetes.io/change-cause': cause,
    });
  });
});
