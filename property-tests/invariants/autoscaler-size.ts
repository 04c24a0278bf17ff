import { keyOf, objectKey } from '../../core/api/object.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { isPodActive, isPodAvailable } from '../../core/kinds/pod/status.ts';
import {
  DEPLOYMENT,
  HORIZONTAL_POD_AUTOSCALER,
  POD,
  REPLICA_SET,
  STATEFUL_SET,
} from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { EventRecord, LogRecord, StimulusRecord } from '../../core/log/record.ts';
import { milli } from '../../core/quantity.ts';
import type {
  HorizontalPodAutoscaler,
  LabelSelector,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

const CONTROLLER = 'horizontal-pod-autoscaler-controller';
const TARGETS: readonly KindRef[] = [DEPLOYMENT, REPLICA_SET, STATEFUL_SET];

/** Defaults of `--horizontal-pod-autoscaler-downscale-stabilization` and `-tolerance`, unless the scenario has others. */
const DEFAULT_WINDOW: Micros = 5 * MINUTE;
const DEFAULT_TOLERANCE = 0.1;
/** A recommendation is as old as the sync that made it; the next is one period later. */
const SLACK: Micros = MINUTE;

/** A pod that has been ready for so long has a measure that counts; a younger one may be left out. */
const MEASURED_AFTER_SECONDS = 60;

interface Scalable {
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace?: string };
  readonly spec: { readonly replicas?: number; readonly selector: LabelSelector };
}

/** A size that was wanted, or that metrics asked for, from a moment on. */
interface Sized {
  readonly t: Micros;
  readonly size: number;
}

/** What is known of one target. */
interface Target {
  /** Sizes since the beginning of the window, and the last before. */
  sizes: Sized[];
  /** What metrics asked for at most. */
  asked: Sized[];
  /** A change by an autoscaler whose status does not tell of it yet. */
  rescaled: { readonly from: number; readonly to: number } | undefined;
}

/** How far a metric is from its target, as the status tells it: rounded, so between two ratios. */
interface Ratio {
  readonly least: number;
  readonly most: number;
}

function valuesOf(
  current: MetricValueStatus | undefined,
  goal: MetricTarget | undefined,
): { readonly is: number; readonly wanted: number } | undefined {
  if (goal?.type === 'Utilization') {
    const { averageUtilization: is } = current ?? {};
    const { averageUtilization: wanted } = goal;
    return is === undefined || wanted === undefined ? undefined : { is, wanted };
  }
  if (goal?.type !== 'AverageValue' || goal.averageValue === undefined) return undefined;
  if (current?.averageValue === undefined) return undefined;
  return { is: milli(current.averageValue), wanted: milli(goal.averageValue) };
}

function ratioOf(spec: MetricSpec, told: MetricStatus | undefined): Ratio | undefined {
  if (told?.type !== spec.type) return undefined;
  const value =
    valuesOf(told.resource?.current, spec.resource?.target) ??
    valuesOf(told.containerResource?.current, spec.containerResource?.target) ??
    valuesOf(told.pods?.current, spec.pods?.target);
  if (value === undefined || value.wanted <= 0) return undefined;
  const { is, wanted } = value;
  return { least: Math.max(0, is - 1) / wanted, most: (is + 1) / wanted };
}

/** Sizes that still counted at `from`: those since, and the one that held then. */
function since(sizes: readonly Sized[], from: Micros): readonly Sized[] {
  let first = 0;
  while (first + 1 < sizes.length && (sizes[first + 1] as Sized).t <= from) first += 1;
  return sizes.slice(first);
}

class SizeWatcher implements Watcher {
  readonly kinds = [HORIZONTAL_POD_AUTOSCALER, ...TARGETS];
  readonly stimuli = true;
  private readonly targets = new Map<string, Target>();
  private stabilization = DEFAULT_WINDOW;
  private tolerance = DEFAULT_TOLERANCE;

  observe(record: LogRecord, moment: Moment): readonly Finding[] | undefined {
    if (record.type === 'stimulus') {
      this.readSettings(record);
      return undefined;
    }
    if (record.type !== 'event') return undefined;
    if (record.kind !== HORIZONTAL_POD_AUTOSCALER) return this.resized(record, moment);
    const before = record.previous as HorizontalPodAutoscaler | undefined;
    const after = record.next as HorizontalPodAutoscaler | undefined;
    if (after === undefined || before === undefined || record.actor !== CONTROLLER) return undefined;
    return before.status === after.status ? undefined : this.told(record, before, after, moment);
  }

  private readSettings({ action }: StimulusRecord): void {
    if (action.op !== 'scenario') return;
    const scenario = action.scenario as
      | {
          readonly cluster?: {
            readonly kubernetes?: { readonly kubeControllerManager?: Readonly<Record<string, unknown>> };
          };
        }
      | undefined;
    const flags = scenario?.cluster?.kubernetes?.kubeControllerManager ?? {};
    const stabilization = flags['horizontal-pod-autoscaler-downscale-stabilization'];
    const tolerance = flags['horizontal-pod-autoscaler-tolerance'];
    if (typeof stabilization === 'number') this.stabilization = stabilization;
    if (typeof tolerance === 'number') this.tolerance = tolerance;
  }

  private resized(
    { kind, key, previous, next, actor, t }: EventRecord,
    { view }: Moment,
  ): readonly Finding[] | undefined {
    const before = previous as Scalable | undefined;
    const after = next as Scalable | undefined;
    // One that is made anew under the same name is the same target: the autoscaler remembers what it recommended.
    if (after === undefined) return undefined;
    const id = `${kind.index} ${key}`;
    const from = before?.spec.replicas ?? 1;
    const to = after.spec.replicas ?? 1;
    if (before !== undefined && from === to) return undefined;
    let target = this.targets.get(id);
    if (target === undefined) {
      target = { sizes: [], asked: [], rescaled: undefined };
      this.targets.set(id, target);
    }
    target.sizes = [...since(target.sizes, t - this.stabilization - SLACK), { t, size: to }];
    if (actor !== CONTROLLER) return undefined;
    target.rescaled = { from, to };
    const hpa = view
      .list(HORIZONTAL_POD_AUTOSCALER, after.metadata.namespace)
      .find(
        ({ spec }) =>
          spec.scaleTargetRef.kind === kind.kind && spec.scaleTargetRef.name === after.metadata.name,
      );
    if (hpa === undefined) return undefined;
    const { maxReplicas, minReplicas = 1 } = hpa.spec;
    // A change of the bounds that it could not know of yet is looked at once more at its next sync.
    if (hpa.metadata.generation !== undefined && hpa.metadata.generation > 1) return undefined;
    if (to >= minReplicas && to <= maxReplicas) return undefined;
    const message = `${kind.singular}/${after.metadata.name} was scaled from ${from} to ${to}, outside of ${minReplicas} to ${maxReplicas}`;
    return [{ kind, key, message }];
  }

  /** A sync tells its metrics, and whether it has scaled. */
  private told(
    { t, key }: EventRecord,
    before: HorizontalPodAutoscaler,
    hpa: HorizontalPodAutoscaler,
    { view }: Moment,
  ): readonly Finding[] | undefined {
    const { kind: kindName, name } = hpa.spec.scaleTargetRef;
    const kind = TARGETS.find((one) => one.kind === kindName);
    const found = kind && view.get(kind, hpa.metadata.namespace, name);
    const target = kind && this.targets.get(`${kind.index} ${objectKey(hpa.metadata.namespace, name)}`);
    if (target === undefined || found === undefined) return undefined;
    const { rescaled } = target;
    const hasScaled = before.status.lastScaleTime !== hpa.status.lastScaleTime;
    const specs = hpa.spec.metrics ?? [];
    const ratios = specs.map((spec, index) => ratioOf(spec, hpa.status.currentMetrics?.[index]));
    const size = rescaled?.from ?? target.sizes.at(-1)?.size ?? 0;
    const scalable = found as unknown as Scalable;
    const fits = compileSelector(scalable.spec.selector);
    const pods = view
      .list(POD, hpa.metadata.namespace)
      .filter((pod) => fits(pod.metadata.labels) && isPodActive(pod));
    let most = 0;
    let least = 0;
    let isComplete = true;
    for (const ratio of ratios) {
      if (ratio === undefined) {
        isComplete = false;
        continue;
      }
      const isWithin = ratio.least >= 1 - this.tolerance && ratio.most <= 1 + this.tolerance;
      const ready = pods.filter((pod) => isPodAvailable(pod, MEASURED_AFTER_SECONDS, t)).length;
      most = Math.max(most, isWithin ? size : Math.ceil(Math.max(size, pods.length) * ratio.most));
      least = Math.max(least, isWithin ? size : Math.floor(Math.min(size, ready) * ratio.least));
    }
    target.asked = [...since(target.asked, t - this.stabilization - SLACK), { t, size: most }];
    if (!hasScaled || rescaled === undefined) return undefined;
    target.rescaled = undefined;
    if (!isComplete || hpa.spec.behavior !== undefined) return undefined;
    const { maxReplicas, minReplicas = 1 } = hpa.spec;
    // Sizes out of bounds are brought back without a look at any metric.
    if (rescaled.from > maxReplicas || rescaled.from < minReplicas) return undefined;
    const from = t - this.stabilization - SLACK;
    const allowed = Math.max(
      ...since(target.asked, from).map((asked) => asked.size),
      ...since(target.sizes.slice(0, -1), from).map((sized) => sized.size),
    );
    const told = `${kindName.toLowerCase()}/${name} was scaled from ${rescaled.from} to ${rescaled.to}`;
    if (rescaled.to > rescaled.from && rescaled.to > allowed) {
      const message = `${told}: for ${this.stabilization / SECOND}s it has had no more than ${allowed}, and no metric asks for more`;
      return [{ kind: HORIZONTAL_POD_AUTOSCALER, key, message }];
    }
    if (rescaled.to < rescaled.from && rescaled.to < least) {
      const message = `${told}: its metrics ask for at least ${least}`;
      return [{ kind: HORIZONTAL_POD_AUTOSCALER, key, message }];
    }
    return undefined;
  }

  atRest({ view }: Moment): readonly Finding[] {
    return view.list(HORIZONTAL_POD_AUTOSCALER).flatMap((hpa) => {
      const { scaleTargetRef, maxReplicas } = hpa.spec;
      const kind = TARGETS.find((one) => one.kind === scaleTargetRef.kind);
      const target =
        kind && (view.get(kind, hpa.metadata.namespace, scaleTargetRef.name) as Scalable | undefined);
      const size = target?.spec.replicas ?? 0;
      // A size of 0 switches the autoscaler off.
      if (kind === undefined || size <= maxReplicas) return [];
      const message = `${kind.singular}/${scaleTargetRef.name} has the size ${size}, and its autoscaler allows ${maxReplicas}`;
      return [{ kind: HORIZONTAL_POD_AUTOSCALER, key: keyOf(hpa), message }];
    });
  }
}

/** I38. */
export const autoscalerSize: Invariant = {
  name: 'autoscaler-size',
  rule: 'An autoscaler scales to ceil(current × metric / target) of the metric that asks for most, within its bounds, and not at all within the tolerance.',
  source: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details',
  exemptions: [
    'Sizes that were asked for, or held, within the stabilization window: the highest of them may be taken.',
    'Pods that were not ready, or too young to be measured: a scale-down leaves them out.',
    'A metric that is missing: what is known of the pods then damps the change.',
    'Scaling behavior of its own, which limits what a sync may do; metrics of objects and from outside.',
    'A size out of bounds is brought back whatever the metrics say; 0 switches the autoscaler off.',
  ],
  watch: () => new SizeWatcher(),
};
