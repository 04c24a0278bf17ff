import { ClusterCache } from '../../controllers/scheduling/cache/cluster-cache.ts';
import { podInfo } from '../../controllers/scheduling/cache/pod-info.ts';
import { DEFAULT_SCHEDULER_OPTIONS } from '../../controllers/scheduling/options.ts';
import { DEFAULT_PROFILE } from '../../controllers/scheduling/plugins/default-plugins.ts';
import {
  bestNode,
  curableNodes,
  evaluate,
  lookForAnotherWay,
} from '../../controllers/scheduling/reference.ts';
import { Scheduler } from '../../controllers/scheduling/scheduler.ts';
import type { KubeObject } from '../../core/api/object.ts';
import type { Namespace, Node, Pod } from '../../core/schema/types.generated.ts';
import { DEFAULT_START } from '../../core/time.ts';
import { randomStream } from '../../sim/random/keyed.ts';
import { timed } from '../benchmark.ts';
import { type Operation, type PerfWorkload, templateFile } from './load.ts';
import {
  countOf,
  DEFAULT_NODE,
  DEFAULT_POD,
  nodeFrom,
  PerfError,
  podFrom,
  readTemplate,
  storedSpec,
} from './objects.ts';

/** Bounds of the measurement by the plain pipeline, which looks at every node for every pod. */
const REFERENCE_SECONDS = 2;
const REFERENCE_PODS = 200;

export interface PerfResult {
  readonly name: string;
  readonly nodes: number;
  /** Pods that were measured, and how many of them found a node. */
  readonly pods: number;
  readonly placed: number;
  /** Pods that waited without a node before the measurement: each binding may help one of them, and is held against all. */
  readonly waiting: number;
  readonly podsPerSecond: number;
  /** By the plain pipeline, over the first `referencePods` of the same pods from the same cluster. */
  readonly referencePodsPerSecond: number;
  readonly referencePods: number;
  readonly ratioToReference: number;
  readonly threshold: number | undefined;
}

const NOW = DEFAULT_START;

/** The scheduler alone, and the same cluster for the plain pipeline: the bindings take no time in either. */
class PerfCluster {
  readonly #scheduler: Scheduler;
  readonly #configFile: string;
  readonly #workload: PerfWorkload;
  readonly #reference = new ClusterCache();
  nodes = 0;
  #pods = 0;
  placed = 0;
  /** Measured pods stay out of the plain pipeline's cluster, which is measured from where they began. */
  #measures = false;

  constructor(configFile: string, workload: PerfWorkload) {
    this.#configFile = configFile;
    this.#workload = workload;
    const { draw } = randomStream(1, 'scheduler-perf');
    this.#scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, draw });
  }

  #template<T extends Node | Pod>(reference: unknown, otherwise: T): T {
    if (typeof reference !== 'string') return otherwise;
    return readTemplate<T>(templateFile(this.#configFile, reference), otherwise.kind);
  }

  createNodes(operation: Operation): void {
    const template = this.#template(operation.nodeTemplatePath, DEFAULT_NODE);
    for (let left = countOf(operation, this.#workload.params); left > 0; left -= 1) {
      const object = nodeFrom(template, operation, this.nodes);
      this.nodes += 1;
      this.#scheduler.observe({ type: 'ADDED', object, previous: undefined }, 0, NOW);
      this.#reference.setNode(object);
    }
  }

  createNamespace(name: string): void {
    const metadata = {
      ...DEFAULT_POD.metadata,
      name,
      uid: name,
      labels: { 'kubernetes.io/metadata.name': name },
    };
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata, spec: {}, status: {} } as Namespace;
    this.#scheduler.observe({ type: 'ADDED', object, previous: undefined }, 0, NOW);
    this.#reference.setNamespace(object, true);
  }

  podsOf(operation: Operation, namespace: string): readonly Pod[] {
    const reference = operation.podTemplatePath ?? this.#workload.defaultPodTemplate;
    const template = this.#template(reference, DEFAULT_POD);
    // One spec for all: pods of one template share it in a cluster too.
    const spec = storedSpec(template.spec);
    return Array.from({ length: countOf(operation, this.#workload.params) }, () => {
      this.#pods += 1;
      return podFrom(template, spec, namespace, this.#pods);
    });
  }

  /** Puts pods into the queue and decides until it is empty. */
  schedule(pods: readonly Pod[]): number {
    for (const object of pods)
      this.#scheduler.observe({ type: 'ADDED', object, previous: undefined }, 0, NOW);
    return timed(() => {
      for (;;) {
        const decision = this.#scheduler.next(NOW);
        if (decision === undefined) return;
        const { outcome, pod } = decision;
        if (outcome.kind === 'unschedulable') this.#evict(outcome.victims ?? []);
        else if (outcome.kind === 'assumed') this.#bind(pod, outcome.node);
      }
    });
  }

  #evict(victims: readonly Pod[]): void {
    for (const victim of victims) {
      const object = victim as Pod & KubeObject;
      this.#scheduler.observe({ type: 'DELETED', object, previous: object }, 0, NOW);
      if (!this.#measures) this.#reference.remove(victim.metadata.uid);
    }
  }

  #bind(pod: Pod, nodeName: string): void {
    this.placed += 1;
    const object: Pod = { ...pod, spec: { ...pod.spec, nodeName } };
    this.#scheduler.bound(object.metadata.uid, { ok: true, object, rv: this.placed }, NOW);
    this.#scheduler.observe({ type: 'MODIFIED', object, previous: pod }, this.placed, NOW);
    if (!this.#measures) this.#reference.place(podInfo(object), nodeName);
  }

  measure(pods: readonly Pod[]): { readonly seconds: number; readonly placed: number } {
    this.#measures = true;
    const before = this.placed;
    const seconds = this.schedule(pods);
    this.#measures = false;
    return { seconds, placed: this.placed - before };
  }

  /** Pods that were created and have no node. */
  waiting(): number {
    return this.#pods - this.placed;
  }

  /** The plain pipeline on the first of some pods. Afterwards its cluster is no longer the scheduler's. */
  measureReference(pods: readonly Pod[]): { readonly seconds: number; readonly pods: number } {
    let seconds = 0;
    let done = 0;
    while (done < Math.min(pods.length, REFERENCE_PODS) && seconds < REFERENCE_SECONDS) {
      const pod = pods[done]!;
      seconds += timed(() => this.#placePlainly(pod));
      done += 1;
    }
    return { seconds, pods: done };
  }

  #placePlainly(pod: Pod): void {
    const info = podInfo(pod);
    const cluster = this.#reference;
    const tieBreak = (): number => 0;
    let evaluation = evaluate(DEFAULT_PROFILE, info, cluster);
    if (evaluation.feasible.length === 0) {
      const { failure, rejected } = evaluation;
      const { victims } = lookForAnotherWay(DEFAULT_PROFILE, info, cluster, {
        failure,
        curable: () => curableNodes({ failure, rejected }, cluster),
        rejectionOf: (node) => rejected.get(node),
        nominatedNode: undefined,
        tieBreak,
      });
      for (const { pod: victim } of victims) cluster.remove(victim.metadata.uid);
      if (victims.length === 0) return;
      evaluation = evaluate(DEFAULT_PROFILE, info, cluster);
    }
    const node = bestNode(evaluation, tieBreak);
    if (node !== undefined) cluster.place(info, node.name);
  }
}

/** The pods of an operation, with the namespaces that it makes for them. */
function podsOf(
  cluster: PerfCluster,
  operation: Operation,
  workload: PerfWorkload,
  sequence: number,
): readonly Pod[] {
  if (operation.opcode === 'createPods') {
    const { namespace } = operation;
    return cluster.podsOf(operation, typeof namespace === 'string' ? namespace : `namespace-${sequence}`);
  }
  const inner = operation.createPodsOp as Operation;
  const prefix = String(operation.namespacePrefix ?? `namespace-${sequence}`);
  const sets = Array.from({ length: countOf(operation, workload.params) }, (_, i) => `${prefix}-${i}`);
  return sets.flatMap((namespace) => cluster.podsOf(inner, namespace));
}

function collects(operation: Operation): boolean {
  const inner = operation.createPodsOp as Operation | undefined;
  return operation.collectMetrics === true || inner?.collectMetrics === true;
}

/** Runs one workload of a file that is supported. */
export function runPerfWorkload(configFile: string, workload: PerfWorkload): PerfResult {
  const cluster = new PerfCluster(configFile, workload);
  for (const [i, operation] of workload.operations.entries()) {
    if (operation.opcode === 'createNodes') cluster.createNodes(operation);
    else if (operation.opcode === 'createNamespaces') {
      const names = countOf(operation, workload.params);
      for (let k = 0; k < names; k += 1) cluster.createNamespace(`${String(operation.prefix)}-${k}`);
    } else if (operation.opcode !== 'barrier') {
      const waiting = cluster.waiting();
      const pods = podsOf(cluster, operation, workload, i);
      if (!collects(operation)) {
        cluster.schedule(pods);
        continue;
      }
      const { seconds, placed } = cluster.measure(pods);
      const reference = cluster.measureReference(pods);
      const podsPerSecond = pods.length / seconds;
      const referencePodsPerSecond = reference.pods / reference.seconds;
      return {
        name: workload.name,
        nodes: cluster.nodes,
        pods: pods.length,
        placed,
        waiting,
        podsPerSecond,
        referencePodsPerSecond,
        referencePods: reference.pods,
        ratioToReference: podsPerSecond / referencePodsPerSecond,
        threshold: workload.threshold,
      };
    }
  }
  throw new PerfError(`${workload.name}: no operation has collectMetrics: there is nothing to measure`);
}
