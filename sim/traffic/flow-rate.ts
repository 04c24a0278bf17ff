import { DAY, type Micros } from '../../core/time.ts';
import type { MilliRate, TrafficFlow, TrafficShape, TrafficSpike } from '../scenario/scenario.ts';
import { cosineOfTurns } from './cosine.ts';

/** Requests a second at a moment, in thousandths, without spikes. */
export function shapeRate(shape: TrafficShape, start: Micros, now: Micros): MilliRate {
  if (shape.type === 'constant') return shape.rate;
  const midnight = Math.floor(start / DAY) * DAY;
  const turns = (now - midnight - shape.peakAt) / shape.period;
  const height = (1 + cosineOfTurns(turns)) / 2;
  return Math.round(shape.base + (shape.peak - shape.base) * height);
}

/** How many times the load there is by a spike: 1 before and after it, `x` at its height, a straight line between. */
export function spikeFactor(spike: TrafficSpike, start: Micros, now: Micros): number {
  const into = now - start - spike.at;
  if (into < 0 || into >= spike.for + spike.ramp) return 1;
  const { ramp } = spike;
  // A spike that is over before it has risen falls from where it had come to.
  const risen = ramp === 0 ? 1 : Math.min(1, into / ramp);
  const height = into < spike.for ? risen : Math.min(1, spike.for / ramp) * (1 - (into - spike.for) / ramp);
  return 1 + (spike.x - 1) * height;
}

/** What a flow brings at a moment, without faults. */
export function flowRate(flow: TrafficFlow, start: Micros, now: Micros): MilliRate {
  let rate = shapeRate(flow.shape, start, now);
  for (const spike of flow.spikes) rate *= spikeFactor(spike, start, now);
  return Math.round(rate);
}
