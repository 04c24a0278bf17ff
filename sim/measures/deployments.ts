import type { EventRecord } from '../../core/log/record.ts';
import type { Deployment } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import { isComplete, REVISION } from '../story/deployments.ts';
import { type MeasureWriter, seconds } from './measure.ts';
import { Step } from './step.ts';

/** Who changes `spec.replicas` on its own: the actor of the HorizontalPodAutoscaler's controller. */
const AUTOSCALER = 'horizontal-pod-autoscaler';

export function isAutoscaler(actor: string): boolean {
  return actor.startsWith(AUTOSCALER);
}

class DeploymentTrack {
  lost = 0;
  restarts = 0;
  rescales = 0;
  private readonly replicas: Step;
  /** 1 while fewer are available than wanted, or none of those wanted. */
  private readonly below: Step;
  private readonly atZero: Step;
  private readonly counted: Step;
  private hasBegun = false;
  private isObserved = false;
  private wanted = 0;
  /** Available as the status has it, and ready on machines that run. */
  private told = 0;
  private serving = 0;
  private available = 0;
  private outageSince: Micros | undefined;
  private outages = 0;
  private recoveryMax: Micros = 0;
  private recoveryTotal: Micros = 0;
  private revision: string | undefined;
  private rolloutSince: Micros | undefined;
  private rollouts = 0;
  private rolloutMax: Micros = 0;

  constructor(now: Micros) {
    this.replicas = new Step(0, now);
    this.below = new Step(0, now);
    this.atZero = new Step(0, now);
    this.counted = new Step(0, now);
  }

  observe(deployment: Deployment, t: Micros): void {
    const wanted = deployment.spec?.replicas ?? 1;
    this.wanted = wanted;
    this.told = deployment.status.availableReplicas ?? 0;
    this.isObserved = (deployment.status.observedGeneration ?? 0) > 0;
    this.replicas.set(deployment.status.replicas ?? 0, t);
    this.followAvailability(t);
    this.followRollout(deployment, wanted, t);
  }

  /** So many of its pods are ready on machines that run. */
  serve(count: number, t: Micros): void {
    this.serving = count;
    this.followAvailability(t);
  }

  private followAvailability(t: Micros): void {
    const { wanted } = this;
    if (!this.isObserved) return;
    // The status knows of minReadySeconds, the pods of machines that are down.
    const available = Math.min(this.told, this.serving);
    // Its first replicas need their time to come up, which is no outage.
    if (!this.hasBegun && available >= wanted) {
      this.hasBegun = true;
      this.counted.set(1, t);
    }
    const isShort = available < wanted;
    if (this.hasBegun) {
      this.below.set(isShort ? 1 : 0, t);
      this.atZero.set(isShort && available === 0 ? 1 : 0, t);
      if (isShort && available < this.available && this.outageSince === undefined) {
        this.outageSince = t;
        this.outages += 1;
      } else if (!isShort && this.outageSince !== undefined) {
        this.endOutage(t);
      }
    }
    this.available = available;
  }

  /** The Deployment itself was deleted: nothing is wanted of it any more. */
  end(t: Micros): void {
    if (this.outageSince !== undefined) this.endOutage(t);
    for (const step of [this.replicas, this.below, this.atZero, this.counted]) step.set(0, t);
    this.rolloutSince = undefined;
    this.revision = undefined;
    this.available = 0;
    this.isObserved = false;
    this.hasBegun = false;
  }

  private endOutage(t: Micros): void {
    const span = t - (this.outageSince ?? t);
    this.recoveryTotal += span;
    this.recoveryMax = Math.max(this.recoveryMax, span);
    this.outageSince = undefined;
  }

  private followRollout(deployment: Deployment, wanted: number, t: Micros): void {
    const revision = deployment.metadata.annotations?.[REVISION];
    if (revision !== undefined && revision !== this.revision) {
      if (this.revision !== undefined) {
        this.rollouts += 1;
        this.rolloutSince ??= t;
      }
      this.revision = revision;
    } else if (this.rolloutSince !== undefined && isComplete(deployment, wanted)) {
      this.rolloutMax = Math.max(this.rolloutMax, t - this.rolloutSince);
      this.rolloutSince = undefined;
    }
  }

  write(writer: MeasureWriter, key: string, now: Micros): void {
    const counted = this.counted.integral(now);
    const below = this.below.integral(now);
    // What has not ended yet has lasted until now.
    const open = this.outageSince === undefined ? 0 : now - this.outageSince;
    const rollout = this.rolloutSince === undefined ? 0 : now - this.rolloutSince;
    writer.of('deployment/*/availability', key, counted === 0 ? 0 : 1 - below / counted);
    writer.of('deployment/*/time-below', key, seconds(below));
    writer.of('deployment/*/time-at-zero', key, seconds(this.atZero.integral(now)));
    writer.of('deployment/*/outages', key, this.outages);
    writer.of('deployment/*/recovery-max', key, seconds(Math.max(this.recoveryMax, open)));
    writer.of('deployment/*/recovery-total', key, seconds(this.recoveryTotal + open));
    writer.of('deployment/*/pods-lost', key, this.lost);
    writer.of('deployment/*/restarts', key, this.restarts);
    writer.of('deployment/*/rescales', key, this.rescales);
    writer.of('deployment/*/rollouts', key, this.rollouts);
    writer.of('deployment/*/rollout-max', key, seconds(Math.max(this.rolloutMax, rollout)));
    writer.of('deployment/*/replicas-mean', key, this.replicas.mean(now));
  }
}

/** Availability, outages and rollouts of every Deployment. */
export class DeploymentMeasures {
  private readonly tracks = new Map<string, DeploymentTrack>();
  private rescales = 0;

  observe(record: EventRecord): void {
    const deployment = record.next as Deployment | undefined;
    let track = this.tracks.get(record.key);
    if (track === undefined) {
      track = new DeploymentTrack(record.t);
      this.tracks.set(record.key, track);
    }
    if (deployment === undefined) {
      track.end(record.t);
      return;
    }
    const previous = record.previous as Deployment | undefined;
    if (
      previous !== undefined &&
      previous.spec?.replicas !== deployment.spec?.replicas &&
      isAutoscaler(record.actor)
    ) {
      track.rescales += 1;
      this.rescales += 1;
    }
    track.observe(deployment, record.t);
  }

  serve(deployment: string, count: number, t: Micros): void {
    this.tracks.get(deployment)?.serve(count, t);
  }

  podLost(deployment: string): void {
    const track = this.tracks.get(deployment);
    if (track !== undefined) track.lost += 1;
  }

  restarted(deployment: string, count: number): void {
    const track = this.tracks.get(deployment);
    if (track !== undefined) track.restarts += count;
  }

  write(writer: MeasureWriter, now: Micros): void {
    for (const [key, track] of this.tracks) track.write(writer, key, now);
    writer.total('autoscaling/rescales', this.rescales);
  }
}
