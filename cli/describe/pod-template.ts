import { formatSelector } from '../../core/labels.ts';
import type {
  PodTemplateSpec,
  Toleration,
  TopologySpreadConstraint,
} from '../../core/schema/types.generated.ts';
import { describeContainers } from './containers.ts';
import type { DescribeText } from './describe-text.ts';
import { describeVolumes } from './volumes.ts';

/** `key=value:Effect for 300s`, where `op=Exists` stands for any value. */
function tolerationText({ key = '', value = '', effect, operator, tolerationSeconds }: Toleration): string {
  let text = key;
  if (value !== '') text += `=${value}`;
  if (effect !== undefined) text += `:${effect}`;
  if (operator === 'Exists' && value === '') text += text === '' ? 'op=Exists' : ' op=Exists';
  if (tolerationSeconds !== undefined) text += ` for ${tolerationSeconds}s`;
  return text;
}

export function describeTolerations(
  text: DescribeText,
  title: string,
  tolerations: readonly Toleration[] | undefined,
): void {
  const sorted = [...(tolerations ?? [])].sort((a, b) => {
    const left = a.key ?? '';
    const right = b.key ?? '';
    return left < right ? -1 : left > right ? 1 : 0;
  });
  text.rows(title, sorted.map(tolerationText));
}

export function describeSpread(
  text: DescribeText,
  indent: string,
  constraints: readonly TopologySpreadConstraint[] | undefined,
): void {
  if (constraints === undefined || constraints.length === 0) return;
  const sorted = [...constraints].sort((a, b) =>
    a.topologyKey < b.topologyKey ? -1 : a.topologyKey > b.topologyKey ? 1 : 0,
  );
  for (const [index, constraint] of sorted.entries()) {
    const { topologyKey, whenUnsatisfiable, maxSkew, labelSelector } = constraint;
    const selector = labelSelector === undefined ? '' : ` for selector ${formatSelector(labelSelector)}`;
    const told = `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
    text.line(0, `${indent}${index === 0 ? 'Topology Spread Constraints:' : ''}`, told);
  }
}

export function describePodTemplate(text: DescribeText, template: PodTemplateSpec): void {
  const { metadata, spec } = template;
  text.line(0, 'Pod Template:');
  text.map('  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) {
    text.annotations('  Annotations', metadata?.annotations);
  }
  if (spec === undefined) return;
  if (given(spec.serviceAccountName)) text.line(1, 'Service Account:', spec.serviceAccountName ?? '');
  if (spec.initContainers !== undefined && spec.initContainers.length > 0) {
    describeContainers(text, { title: 'Init Containers', containers: spec.initContainers });
  }
  describeContainers(text, { title: 'Containers', containers: spec.containers });
  describeVolumes(text, spec.volumes, '  ');
  describeSpread(text, '  ', spec.topologySpreadConstraints);
  if (given(spec.priorityClassName)) text.line(1, 'Priority Class Name:', spec.priorityClassName ?? '');
  text.map('  Node-Selectors', spec.nodeSelector);
  describeTolerations(text, '  Tolerations', spec.tolerations);
}

function given(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
