import { exponential } from '../random/distribution.ts';

/**
 * A queue in front of a few servers alike, whose customers go away when they would have to wait too long: M/M/c with
 * a constant patience (B. V. Gnedenko and I. N. Kovalenko, Introduction to Queueing Theory, 1989; D. Y. Barrer, Queuing
 * with impatient customers and ordered service, 1957). With patience without end it is M/M/c, and for one server M/M/1;
 * unlike these it has an answer for any load, since what can't be served in time is lost.
 *
 * The time that a new customer would wait has the density `λ p e^(-θw)` up to the patience τ and
 * `λ p e^(-θτ) e^(-cμ(w-τ))` after it, where θ = cμ - λ and p is the probability that all servers but one are busy.
 */
export interface Queue {
  /** Customers a second. */
  readonly arrivals: number;
  readonly servers: number;
  /** Customers a second that one server can serve. */
  readonly serviceRate: number;
  /** Seconds that a customer waits at most. */
  readonly patience: number;
}

/** What a queue comes to in the long run. */
export interface QueueState {
  /** The part of the customers that go away, from 0 to 1. */
  readonly lost: number;
  /** Seconds, the mean of those that are served. */
  readonly meanWait: number;
  /** Of those that are served, the part that needn't wait. */
  readonly atOnce: number;
  /** Of those that are served: their wait has the density `density * e^(-decay * (w - reference))` from 0 to `patience`. */
  readonly density: number;
  readonly decay: number;
  readonly reference: number;
  readonly patience: number;
  readonly serviceRate: number;
}

/** e^-45 is less than the last place of anything that is added to it here. */
const NEGLIGIBLE = 45;

/** e^-x, or nothing where that is as good as nothing. */
function decayed(x: number): number {
  return x > NEGLIGIBLE ? 0 : exponential(-x);
}

/** Below this a difference of exponentials is taken from its series. */
const SMALL = 1e-5;

/**
 * The probability that all of so many servers are busy where nobody waits (Erlang's loss formula), by its recurrence.
 * `load` is λ/μ.
 */
function erlangB(servers: number, load: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k += 1) blocked = (load * blocked) / (k + load * blocked);
  return blocked;
}

/** The probability of having to wait in M/M/c without an end to patience, for a load below the number of servers. */
export function erlangC(servers: number, load: number): number {
  const blocked = erlangB(servers, load);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/** ∫ e^(-decay w) from 0 to `length`, for a positive decay. */
function integral(decay: number, length: number): number {
  const x = decay * length;
  if (x < SMALL) return length * (1 - x / 2);
  return (1 - decayed(x)) / decay;
}

/** ∫ w e^(-decay w) from 0 to `length`, for a positive decay. */
function moment(decay: number, length: number): number {
  const x = decay * length;
  if (x < SMALL) return length * length * (1 / 2 - x / 3);
  return (1 - decayed(x) * (1 + x)) / (decay * decay);
}

export function solveQueue({ arrivals, servers, serviceRate, patience }: Queue): QueueState {
  const capacity = servers * serviceRate;
  const decay = capacity - arrivals;
  // Overloaded, the wait is measured from the patience down: its density grows with the wait, beyond any number.
  const isOverloaded = decay < 0;
  const steepness = isOverloaded ? -decay : decay;
  const reference = isOverloaded ? patience : 0;
  /** By how much the others are scaled down against the density at the reference. */
  const scale = isOverloaded ? decayed(steepness * patience) : 1;
  const height = arrivals * erlangB(servers - 1, arrivals / serviceRate);
  const free = scale;
  const span = integral(steepness, patience);
  const waiting = height * span;
  const away = (height * (isOverloaded ? 1 : decayed(steepness * patience))) / capacity;
  const served = free + waiting;
  const first = moment(steepness, patience);
  const waited = height * (isOverloaded ? patience * span - first : first);
  return {
    lost: away / (served + away),
    meanWait: waited / served,
    atOnce: free / served,
    density: height / served,
    decay,
    reference,
    patience,
    serviceRate,
  };
}

/** The part of the served customers that are not through after so many seconds, waiting and service together. */
export function tailOf(state: QueueState, seconds: number): number {
  const { atOnce, density, decay, reference, patience, serviceRate } = state;
  if (seconds <= 0) return 1;
  const until = Math.min(seconds, patience);
  let tail = atOnce * decayed(serviceRate * seconds);
  // Began to be served at some w, and is served for longer than what is left.
  const slower = serviceRate - decay;
  const late = decayed(serviceRate * (seconds - until) + decay * (until - reference));
  const early = decayed(serviceRate * seconds - decay * reference);
  if (Math.abs(slower) * until < SMALL) tail += density * until * (late + early) * 0.5;
  else tail += (density * (late - early)) / slower;
  if (seconds < patience) {
    // Still waits.
    const rest = patience - seconds;
    tail +=
      decay >= 0
        ? density * decayed(decay * seconds) * integral(decay, rest)
        : density * integral(-decay, rest);
  }
  return tail;
}

/** A quantile is known when its bracket is narrower than this part of it. */
const PRECISION = 1e-5;
/** Steps that a search takes at most: bisections alone would need fewer. */
const STEPS_MAX = 40;

/** A part of all requests: those that pass through one queue, and take some seconds besides. */
export interface QueueShare {
  weight: number;
  /** Absent where there is nothing to queue for. */
  readonly state: QueueState | undefined;
  readonly shift: number;
}

/** The seconds within which a part of the served customers are through, of queues in these proportions. */
export function quantileOf(part: number, shares: readonly QueueShare[]): number {
  let total = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  let service = Number.POSITIVE_INFINITY;
  for (const { weight, state, shift } of shares) {
    total += weight;
    low = Math.min(low, shift);
    if (state === undefined) {
      high = Math.max(high, shift);
      continue;
    }
    service = Math.min(service, 1 / state.serviceRate);
    // e^-12 of the services take longer than 12 times the mean.
    high = Math.max(high, shift + state.patience + 12 / state.serviceRate);
  }
  if (total === 0) return 0;
  if (low === high) return low;
  const target = (1 - part) * total;
  if (service < Number.POSITIVE_INFINITY) {
    // A bracket near the answer: waits are mostly far below the patience.
    const least = low;
    for (let upper = service / 4; least + upper < high; upper *= 4) {
      if (weightedTail(shares, least + upper) <= target) {
        high = least + upper;
        break;
      }
      low = least + upper;
    }
  }
  return crossing(shares, target, low, high);
}

/**
 * Where the tail falls to `target`, by the false position with the Illinois rule: a tail is nearly a straight line over
 * a narrow bracket, so that few steps are needed. Where it jumps, every third step halves the bracket.
 */
function crossing(shares: readonly QueueShare[], target: number, from: number, to: number): number {
  let low = from;
  let high = to;
  let above = weightedTail(shares, low) - target;
  let below = weightedTail(shares, high) - target;
  let side = 0;
  for (let step = 1; step <= STEPS_MAX && high - low > PRECISION * high; step += 1) {
    const isLine = step % 3 !== 0 && above > 0 && below < 0;
    const middle = isLine ? (low * below - high * above) / (below - above) : (low + high) / 2;
    const value = weightedTail(shares, middle) - target;
    if (Math.abs(value) < PRECISION * target) return middle;
    if (value > 0) {
      low = middle;
      above = value;
      if (side > 0) below /= 2;
      side = 1;
    } else {
      high = middle;
      below = value;
      if (side < 0) above /= 2;
      side = -1;
    }
  }
  return (low + high) / 2;
}

function weightedTail(shares: readonly QueueShare[], seconds: number): number {
  let tail = 0;
  for (const { weight, state, shift } of shares) {
    if (state !== undefined) tail += weight * tailOf(state, seconds - shift);
    else if (seconds < shift) tail += weight;
  }
  return tail;
}
