import type { KubeObject } from '../../../../core/api/object.ts';
import { POD } from '../../../../core/kinds/registry.ts';
import type { NodeInfo } from '../../cache/node-info.ts';
import type { GpuSelectionName } from '../../configuration/plugin-args.ts';
import type { ClusterEvent } from '../../framework/cluster-event.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import type { Plugin } from '../../framework/extension-points.ts';
import { unresolvable, unschedulable } from '../../framework/rejection.ts';
import { GPU_INDEX_ANNOTATION, gpuRequestOf } from '../../gpu/gpu-request.ts';
import { claimGpus, freeGpus, gpuCountOf } from '../../gpu/node-gpus.ts';
import { drawnGpu, firstGpu, type GpuChoice, gpusFit, tightestGpu } from '../../gpu/select-gpus.ts';

const NAME = 'GPUShare';

const TOO_FEW = unresolvable(NAME, 'Insufficient GPUs on one node');
const NO_ROOM = unschedulable(NAME, 'Insufficient room on single GPUs');

/** The GPUs that were chosen for the pod. */
const CHOSEN = stateKey<readonly number[]>('GPUs');

/** How the GPU of a pod that shares one is chosen on a node that it was given; `draw` is keyed by the pod. */
export type GpuSelection = (node: NodeInfo, draw: (purpose: string) => number) => GpuChoice;

export function namedSelection(name: GpuSelectionName): GpuSelection {
  return (_node, draw) => {
    if (name === 'first') return firstGpu;
    return name === 'random' ? drawnGpu(() => draw('gpu')) : tightestGpu;
  };
}

function mayHelp(event: ClusterEvent): boolean {
  if (event.resource === 'AssignedPod') return event.action === 'Delete';
  return event.resource === 'Node' && (event.action === 'Add' || event.changes.allocatable);
}

/**
 * GPUs one by one: a pod of whole GPUs needs as many that nobody has a part of, and one that shares a GPU needs one with
 * enough left. Which ones a pod has is written on it, as an annotation. wavetank's own: kube-scheduler only adds up.
 */
export function gpuShareWith(selection: GpuSelection): Plugin {
  return {
    name: NAME,
    dependsOn: 'load',
    preFilter: (_state, { facts }) => (gpuRequestOf(facts) === undefined ? 'skip' : {}),
    filter: (_state, { facts }, node) => {
      const request = gpuRequestOf(facts);
      if (request === undefined) return undefined;
      if (gpuCountOf(node.object) < request.count) return TOO_FEW;
      return gpusFit(freeGpus(node), request) ? undefined : NO_ROOM;
    },
    reserve: {
      reserve: (state, pod, nodeName, { cluster, draw }) => {
        const node = cluster.node(nodeName);
        if (node === undefined || gpuRequestOf(pod.facts) === undefined) return undefined;
        const places = claimGpus(node, pod, selection(node, draw));
        if (places === undefined) return NO_ROOM;
        state.write(CHOSEN, places);
        return undefined;
      },
      // What a pod holds is forgotten when it is no longer on the node.
      unreserve: () => undefined,
    },
    preBind: (state, { pod, facts }) => {
      if (gpuRequestOf(facts) === undefined) return [];
      const places = state.read(CHOSEN).join('-');
      const { namespace, name, uid } = pod.metadata;
      return [
        {
          verb: 'patch',
          kind: POD,
          namespace,
          name,
          uid,
          change: (stored: KubeObject) => {
            const annotations = { ...stored.metadata.annotations, [GPU_INDEX_ANNOTATION]: places };
            return { ...stored, metadata: { ...stored.metadata, annotations } };
          },
        },
      ];
    },
    hint: (_pod, event) => mayHelp(event),
  };
}

/** On the GPU that has least left over. */
export const gpuShare: Plugin = gpuShareWith(namedSelection('tightest'));
