import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  DaemonSet,
  DaemonSetStatus,
  DaemonSetUpdateStrategy,
  RollingUpdateDaemonSet,
} from '../../generated/types/apps-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { formatLabels } from '../../labels.ts';
import { validateImmutable, validateNonNegative } from '../../metadata-validation.ts';
import { checkCounts } from '../checks.ts';
import { ageColumn, containerColumns, nameColumn, selectorColumn } from '../columns.ts';
import { applyPodTemplateDefaults } from '../core/pod-spec/pod-spec-defaults.ts';
import { validatePodTemplate } from '../core/pod-spec/validate-pod-template.ts';
import { checkAtMostAll, checkIntOrPercent, isZero } from '../int-or-percent.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { beginTemplateGeneration, countTemplateGeneration } from './daemon-set-generations.ts';
import {
  checkCollisions,
  checkTemplateMatches,
  validateLongRunning,
  validateReadOnlyDisks,
  validateSelector,
} from './replicas.ts';

const UPDATE_STRATEGIES = ['RollingUpdate', 'OnDelete'];

function applyDefaults({ spec }: DaemonSet): void {
  if (!spec) return;
  spec.revisionHistoryLimit ??= 10;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  if (spec.template) applyPodTemplateDefaults(spec.template);
}

function validate({ spec }: DaemonSet): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  const { selector, template } = spec;
  if (validateSelector(selector, 'empty selector is invalid for daemonset', errors)) {
    checkTemplateMatches(selector, template, errors);
  }
  validatePodTemplate(template, 'spec.template', errors);
  validateReadOnlyDisks(template, errors);
  validateLongRunning(template, 'DaemonSet', errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateUpdateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors);
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  return errors;
}

function validateUpdateStrategy(
  strategy: DaemonSetUpdateStrategy,
  path: string,
  errors: FieldError[],
): void {
  if (strategy.type === 'OnDelete') return;
  if (strategy.type !== 'RollingUpdate') {
    errors.push(notSupported(path, strategy, UPDATE_STRATEGIES));
  } else if (strategy.rollingUpdate) {
    validateRollingUpdate(strategy.rollingUpdate, `${path}.rollingUpdate`, errors);
  } else {
    errors.push(required(`${path}.rollingUpdate`));
  }
}

function validateRollingUpdate(
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet,
  path: string,
  errors: FieldError[],
): void {
  const unavailable = `${path}.maxUnavailable`;
  const surge = `${path}.maxSurge`;
  checkIntOrPercent(maxUnavailable, unavailable, errors);
  checkIntOrPercent(maxSurge, surge, errors);
  checkAtMostAll(maxUnavailable, unavailable, errors);
  checkAtMostAll(maxSurge, surge, errors);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(required(unavailable, 'cannot be 0 when maxSurge is 0'));
  } else if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    errors.push(invalid(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

function validateStatusUpdate({ status }: DaemonSet, current: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  checkCounts(status, COUNTS, 'status', errors);
  checkCollisions(status, current.status, errors);
  return errors;
}

type CountName = Exclude<keyof DaemonSetStatus, 'conditions'>;

const countColumn = (
  name: string,
  count: CountName,
  description: string,
): PrinterColumn<DaemonSet> => ({
  name,
  type: 'integer',
  description,
  cell: ({ status }) => status?.[count] ?? 0,
});

/** apps/DaemonSet. */
export const daemonSetStrategy: KindStrategy<DaemonSet> = {
  applyDefaults,
  prepareForCreate(daemonSet) {
    beginTemplateGeneration(daemonSet);
    daemonSet.status = {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    };
  },
  prepareForUpdate(next, current) {
    keepStatus(next, current);
    countTemplateGeneration(next, current);
  },
  prepareForStatusUpdate: keepSpec,
  validate,
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    validateImmutable(next.spec?.selector, current.spec?.selector, 'spec.selector', errors);
    return errors;
  },
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    countColumn('Desired', 'desiredNumberScheduled', 'How many nodes shall run a Pod of it.'),
    countColumn('Current', 'currentNumberScheduled', 'How many of them have one.'),
    countColumn('Ready', 'numberReady', 'How many of them have one that is ready.'),
    countColumn(
      'Up-to-date',
      'updatedNumberScheduled',
      'How many of them have one made from the newest template.',
    ),
    countColumn('Available', 'numberAvailable', 'How many of them have one that is available.'),
    {
      name: 'Node Selector',
      description: 'The labels of the nodes that run its Pods.',
      cell: ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector),
    },
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
};
