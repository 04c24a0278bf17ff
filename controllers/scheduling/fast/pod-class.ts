import type { Container, Pod, PodSpec } from '../../../core/schema/types.generated.ts';
import type { PodInfo } from '../cache/pod-info.ts';

/**
 * Pods of one class look the same to every plugin that reads only the pod's spec: what these read is the key.
 * Pods of one template share the parts of their spec, so the key is looked up by identity, and worked out from
 * the contents where it isn't known.
 */
interface KnownParts {
  readonly initContainers: unknown;
  readonly nodeSelector: unknown;
  readonly affinity: unknown;
  readonly tolerations: unknown;
  readonly overhead: unknown;
  readonly resources: unknown;
  readonly schedulerName: string | undefined;
  readonly key: string;
}

/** How many combinations of other parts are kept for one list of containers. */
const MOST_COMBINATIONS = 4;

function imagesOf(containers: readonly Container[] | undefined): readonly (string | undefined)[] {
  return containers?.map(({ image }) => image) ?? [];
}

function keyOf({ pod, facts }: PodInfo): string {
  const { spec } = pod;
  const { requests, extended, hostPorts } = facts;
  return JSON.stringify([
    spec.schedulerName,
    requests.milliCpu,
    requests.memory,
    requests.ephemeralStorage,
    requests.nonZeroMilliCpu,
    requests.nonZeroMemory,
    extended,
    hostPorts,
    spec.nodeSelector,
    spec.affinity?.nodeAffinity,
    spec.tolerations,
    imagesOf(spec.initContainers),
    imagesOf(spec.containers),
  ]);
}

function samePartsAs(spec: PodSpec, known: KnownParts): boolean {
  return (
    known.affinity === spec.affinity &&
    known.tolerations === spec.tolerations &&
    known.nodeSelector === spec.nodeSelector &&
    known.initContainers === spec.initContainers &&
    known.overhead === spec.overhead &&
    known.resources === spec.resources &&
    known.schedulerName === spec.schedulerName
  );
}

export class PodClassKeys {
  readonly #known = new WeakMap<object, KnownParts[]>();

  keyOf(info: PodInfo): string {
    const { spec }: Pod = info.pod;
    let combinations = this.#known.get(spec.containers);
    if (combinations === undefined) {
      combinations = [];
      this.#known.set(spec.containers, combinations);
    }
    for (const known of combinations) if (samePartsAs(spec, known)) return known.key;
    const { initContainers, nodeSelector, affinity, tolerations, overhead, resources, schedulerName } = spec;
    const key = keyOf(info);
    if (combinations.length >= MOST_COMBINATIONS) combinations.length = 0;
    combinations.push({
      initContainers,
      nodeSelector,
      affinity,
      tolerations,
      overhead,
      resources,
      schedulerName,
      key,
    });
    return key;
  }
}
