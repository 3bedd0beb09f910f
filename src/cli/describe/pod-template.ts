import type {
  PodTemplateSpec,
  TopologySpreadConstraint,
} from '../../scheme/generated/types/core-v1.ts';
import { formatLabelSelector } from '../../scheme/label-selector.ts';
import { compareTexts } from '../output/compare.ts';
import { describeContainers } from './containers.ts';
import type { Description } from './description.ts';
import { annotationLines, labelLines, tolerationLines } from './formats.ts';
import { describeVolumes } from './volumes.ts';

const INDENT = '  ';

/** What the Pods of a workload are made from. */
export function describePodTemplate(
  description: Description,
  template: PodTemplateSpec | undefined,
): void {
  description.line(0, 'Pod Template:');
  const { metadata, spec } = template ?? {};
  if (!spec) {
    description.line(1, '<unset>');
    return;
  }
  description.list(1, 'Labels', labelLines(metadata?.labels));
  const annotations = annotationLines(metadata?.annotations);
  if (annotations.length > 0) description.list(1, 'Annotations', annotations);
  description.optionalField(1, 'Service Account', spec.serviceAccountName);
  if (spec.initContainers?.length) {
    describeContainers(description, {
      label: 'Init Containers',
      containers: spec.initContainers,
      indent: INDENT,
    });
  }
  describeContainers(description, {
    label: 'Containers',
    containers: spec.containers,
    indent: INDENT,
  });
  describeVolumes(description, spec.volumes, INDENT);
  describeTopologySpread(description, 1, spec.topologySpreadConstraints);
  description.optionalField(1, 'Priority Class Name', spec.priorityClassName);
  description.list(1, 'Node-Selectors', labelLines(spec.nodeSelector));
  description.list(1, 'Tolerations', tolerationLines(spec.tolerations));
}

export function describeTopologySpread(
  description: Description,
  level: number,
  constraints: readonly TopologySpreadConstraint[] = [],
): void {
  if (constraints.length === 0) return;
  const lines = [...constraints]
    .sort((a, b) => compareTexts(a.topologyKey, b.topologyKey))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const selector = labelSelector ? ` for selector ${formatLabelSelector(labelSelector)}` : '';
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
    });
  description.list(level, 'Topology Spread Constraints', lines);
}
