import type { NewObject, StringMap } from '../../api/object.ts';
import type {
  LabelSelector,
  LabelSelectorRequirement,
  Pod,
  PodAffinityTerm,
  PodCondition,
  PodSpec,
  PodStatus,
  TopologySpreadConstraint,
} from '../../schema/types.generated.ts';
import { onField, onItems, withFields } from '../defaults/fill.ts';
import { podSpecDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy } from '../kind.ts';
import { type QosClass, qosClass } from '../pod/resources.ts';
import { validatePod, validatePodUpdate } from '../validation/pod.ts';

const EMPTY_SPEC: PodSpec = Object.freeze({ containers: Object.freeze([]) });

/**
 * Every key that binding or a kubelet sets exists from the start: a copy that only changes values keeps the
 * object's hidden class, and is many times faster.
 */
function initialStatus(qos: QosClass, conditions?: readonly PodCondition[]): PodStatus {
  return {
    conditions,
    containerStatuses: undefined,
    hostIP: undefined,
    hostIPs: undefined,
    initContainerStatuses: undefined,
    message: undefined,
    nominatedNodeName: undefined,
    observedGeneration: undefined,
    phase: 'Pending',
    podIP: undefined,
    podIPs: undefined,
    qosClass: qos,
    reason: undefined,
    startTime: undefined,
  };
}

const PENDING: Readonly<Record<QosClass, PodStatus>> = {
  Guaranteed: initialStatus('Guaranteed'),
  Burstable: initialStatus('Burstable'),
  BestEffort: initialStatus('BestEffort'),
};

/** registry/core/pod `applySchedulingGatedCondition`. */
const GATED: readonly PodCondition[] = [
  {
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    reason: 'SchedulingGated',
    status: 'False',
    type: 'PodScheduled',
  },
];

function statusOf(spec: PodSpec): PodStatus {
  const qos = qosClass(spec);
  return (spec.schedulingGates?.length ?? 0) > 0 ? initialStatus(qos, GATED) : PENDING[qos];
}

function requirements(
  keys: readonly string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: StringMap,
): readonly LabelSelectorRequirement[] {
  if (keys === undefined) return [];
  return keys
    .filter((key) => labels[key] !== undefined)
    .map((key) => ({ key, operator, values: [labels[key]!] }));
}

function extended(
  selector: LabelSelector | undefined,
  added: readonly LabelSelectorRequirement[],
): LabelSelector | undefined {
  if (selector === undefined || added.length === 0) return selector;
  return withFields(selector, { matchExpressions: [...(selector.matchExpressions ?? []), ...added] });
}

function withLabelKeys(term: PodAffinityTerm, labels: StringMap): PodAffinityTerm {
  const added = [
    ...requirements(term.matchLabelKeys, 'In', labels),
    ...requirements(term.mismatchLabelKeys, 'NotIn', labels),
  ];
  return onField(term, 'labelSelector', (selector) => extended(selector, added));
}

function usesLabelKeys(spec: PodSpec): boolean {
  const { affinity, topologySpreadConstraints } = spec;
  if (topologySpreadConstraints?.some((constraint) => constraint.matchLabelKeys !== undefined)) return true;
  for (const part of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    const terms = [
      ...(part?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(part?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => one.podAffinityTerm),
    ];
    if (terms.some((term) => term.matchLabelKeys !== undefined || term.mismatchLabelKeys !== undefined)) {
      return true;
    }
  }
  return false;
}

function computeWithLabelKeys(spec: PodSpec, labels: StringMap): PodSpec {
  const required = (terms: readonly PodAffinityTerm[]) =>
    onItems(terms, (term) => withLabelKeys(term, labels));
  const next = onField(spec, 'affinity', (affinity) => {
    let changed = affinity;
    for (const key of ['podAffinity', 'podAntiAffinity'] as const) {
      changed = onField(changed, key, (part) =>
        onField(
          onField(part, 'requiredDuringSchedulingIgnoredDuringExecution', required),
          'preferredDuringSchedulingIgnoredDuringExecution',
          (terms) =>
            onItems(terms, (one) => onField(one, 'podAffinityTerm', (term) => withLabelKeys(term, labels))),
        ),
      );
    }
    return changed;
  });
  return onField(next, 'topologySpreadConstraints', (constraints) =>
    onItems(constraints, (constraint: TopologySpreadConstraint) =>
      onField(constraint, 'labelSelector', (selector) =>
        extended(selector, requirements(constraint.matchLabelKeys, 'In', labels)),
      ),
    ),
  );
}

interface LabelKeysMemo {
  readonly labels: StringMap | undefined;
  readonly spec: PodSpec;
}

const labelKeys = new WeakMap<PodSpec, LabelKeysMemo>();

/**
 * `matchLabelKeys` become part of the selectors beside them when a pod is created
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/, `matchLabelKeys`).
 */
function resolveLabelKeys(spec: PodSpec, labels: StringMap | undefined): PodSpec {
  const known = labelKeys.get(spec);
  if (known !== undefined && (known.spec === spec || known.labels === labels)) return known.spec;
  const resolved = usesLabelKeys(spec) ? computeWithLabelKeys(spec, labels ?? {}) : spec;
  labelKeys.set(spec, { labels, spec: resolved });
  return resolved;
}

export const POD_STRATEGY: KindStrategy<Pod> = {
  applyDefaults(object: NewObject<Pod>): NewObject<Pod> {
    const spec = podSpecDefaults(object.spec ?? EMPTY_SPEC);
    if (spec === object.spec) return object;
    const { apiVersion, kind, metadata, status } = object;
    return { apiVersion, kind, metadata, spec, status };
  },

  prepareForCreate(object: NewObject<Pod>): NewObject<Pod> {
    const { apiVersion, kind, metadata } = object;
    const spec = resolveLabelKeys(object.spec ?? EMPTY_SPEC, metadata.labels);
    return { apiVersion, kind, metadata, spec, status: statusOf(spec) };
  },

  validate: validatePod,
  validateUpdate: validatePodUpdate,
};
