import type { OwnerReference, StringMap } from '../../core/api/object.ts';
import { DAEMON_SET } from '../../core/kinds/registry.ts';
import type {
  Affinity,
  DaemonSet,
  NodeSelectorTerm,
  Pod,
  PodSpec,
} from '../../core/schema/types.generated.ts';
import type { Request } from '../controller.ts';
import { controllerReference } from './claim.ts';
import { REVISION_HASH } from './controller-revisions.ts';
import { daemonTolerations } from './daemon-set-eligibility.ts';
import { newPod } from './pod-from-template.ts';

/** Counts the template's changes; the API server keeps it in an annotation of apps/v1 (`DeprecatedTemplateGeneration`). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
/** The label of pods that goes with it. */
const POD_TEMPLATE_GENERATION = 'pod-template-generation';

const NODE_NAME_FIELD = 'metadata.name';
const INTEGER = /^\d{1,15}$/;

function templateGeneration(daemonSet: DaemonSet): string | undefined {
  const text = daemonSet.metadata.annotations?.[TEMPLATE_GENERATION];
  return text !== undefined && INTEGER.test(text) ? text : undefined;
}

/** Of the present template, by the revision's hash or by the template's generation (`IsPodUpdated`). */
export function isUpdated(daemonSet: DaemonSet, pod: Pod, hash: string): boolean {
  const { labels } = pod.metadata;
  if (labels?.[REVISION_HASH] === hash) return true;
  const generation = templateGeneration(daemonSet);
  return generation !== undefined && labels?.[POD_TEMPLATE_GENERATION] === generation;
}

/**
 * The node that a daemon is on, or is meant for: the scheduler binds it to the one that its affinity names
 * (`GetTargetNodeName`).
 */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined && spec.nodeName !== '') return spec.nodeName;
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  for (const { matchFields } of terms ?? []) {
    for (const { key, operator, values } of matchFields ?? []) {
      if (key === NODE_NAME_FIELD && operator === 'In' && values?.length === 1) return values[0];
    }
  }
  return undefined;
}

/** Takes the place of all terms that the template has: they have been looked at for this node. */
function pinned(affinity: Affinity | undefined, nodeName: string): Affinity {
  const term: NodeSelectorTerm = {
    matchFields: [{ key: NODE_NAME_FIELD, operator: 'In', values: [nodeName] }],
  };
  const required = { ...affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution };
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { ...required, nodeSelectorTerms: [term] },
    },
  };
}

/** What the pods of one turn share. */
export interface DaemonTemplate {
  readonly daemonSet: DaemonSet;
  readonly labels: StringMap;
  readonly owners: readonly OwnerReference[];
  readonly spec: PodSpec;
}

/** `CreatePodTemplate`. */
export function daemonTemplate(daemonSet: DaemonSet, hash: string): DaemonTemplate {
  const { template } = daemonSet.spec;
  const generation = templateGeneration(daemonSet);
  const spec = template.spec as PodSpec;
  return {
    daemonSet,
    labels: {
      ...template.metadata?.labels,
      ...(generation === undefined ? {} : { [POD_TEMPLATE_GENERATION]: generation }),
      ...(hash === '' ? {} : { [REVISION_HASH]: hash }),
    },
    owners: [controllerReference(DAEMON_SET, daemonSet)],
    spec: { ...spec, tolerations: daemonTolerations(spec) },
  };
}

/** The request that creates a daemon for a node. The scheduler binds it there. */
export function daemonCreation(
  { daemonSet, labels, owners, spec }: DaemonTemplate,
  node: string,
  tag: string,
): Request {
  const pinnedSpec = { ...spec, affinity: pinned(spec.affinity, node) };
  const identity = { labels, ownerReferences: owners };
  return newPod(DAEMON_SET, daemonSet, daemonSet.spec.template, pinnedSpec, tag, identity);
}
