import { describe, expect, test } from '@jest/globals';
import { findCondition } from '../../../../src/scheme/conditions.ts';
import { judgeDefinition } from '../../../../src/scheme/custom-resources/accept-names.ts';
import {
  APPROVED_ANNOTATION,
  CONDITION_API_APPROVAL,
} from '../../../../src/scheme/custom-resources/api-approval.ts';
import { formatFieldError } from '../../../../src/scheme/field-error.ts';
import { customResourceDefinitionStrategy } from '../../../../src/scheme/groups/apiextensions/custom-resource-definition.ts';
import { definitionWith } from '../../../support/definition-judge.ts';

const NOW = '2026-01-01T00:00:00Z';
const MISSING = `protected groups must have approval annotation "${APPROVED_ANNOTATION}", see https://github.com/kubernetes/enhancements/pull/1111`;
const INVALID = `protected groups must have approval annotation "${APPROVED_ANNOTATION}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`;
const PULL_REQUEST = 'https://github.com/kubernetes/enhancements/pull/1';

const definitionOf = (group: string, approval?: string) =>
  definitionWith((definition) => {
    definition.spec.group = group;
    definition.metadata.name = `widgets.${group}`;
    if (approval !== undefined) {
      definition.metadata.annotations = { [APPROVED_ANNOTATION]: approval };
    }
  });

function conditionOf(group: string, approval?: string) {
  const taken = { resources: new Set<string>(), kinds: new Set<string>() };
  const { conditions } = judgeDefinition(definitionOf(group, approval), taken, NOW);
  return findCondition(conditions, CONDITION_API_APPROVAL);
}

describe('the approval of an API', () => {
  test.each<
    [group: string, approval: string | undefined, status: string, reason: string, message: string]
  >([
    ['x.k8s.io', undefined, 'False', 'MissingAnnotation', MISSING],
    ['k8s.io', '', 'False', 'MissingAnnotation', MISSING],
    [
      'x.kubernetes.io',
      'unapproved, a test',
      'False',
      'UnapprovedAnnotation',
      'not approved: "unapproved, a test"',
    ],
    ['kubernetes.io', PULL_REQUEST, 'True', 'ApprovedAnnotation', `approved in ${PULL_REQUEST}`],
    ['x.k8s.io', 'by me', 'False', 'InvalidAnnotation', INVALID],
    ['x.k8s.io', 'mailto:me', 'False', 'InvalidAnnotation', INVALID],
  ])(
    'in %s with the annotation %j is told by a condition',
    (group, approval, status, reason, message) => {
      expect(conditionOf(group, approval)).toMatchObject({
        status,
        reason,
        message,
        lastTransitionTime: NOW,
      });
    },
  );

  test.each(['example.com', 'notk8s.io', 'k8s.io.example.com'])(
    'is not asked for in %s',
    (group) => {
      expect(conditionOf(group)).toBeUndefined();
    },
  );

  test.each<[before: string | undefined, after: string | undefined, ...problems: string[]]>([
    [undefined, undefined],
    ['by me', 'by you'],
    ['unapproved', PULL_REQUEST],
    [
      PULL_REQUEST,
      undefined,
      `metadata.annotations[${APPROVED_ANNOTATION}]: Required value: ${MISSING}`,
    ],
    [
      undefined,
      'by me',
      `metadata.annotations[${APPROVED_ANNOTATION}]: Invalid value: "by me": ${INVALID}`,
    ],
  ])('that was %j may become %j unless it becomes worse', (before, after, ...problems) => {
    const errors = customResourceDefinitionStrategy.validateUpdate?.(
      definitionOf('x.k8s.io', after),
      definitionOf('x.k8s.io', before),
    );
    expect(errors?.map(formatFieldError)).toEqual(problems);
  });
});
