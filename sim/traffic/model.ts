import { SECOND } from '../../core/time.ts';
import { exponential, naturalLog } from '../random/distribution.ts';
import type { DownstreamCall, ServiceTarget } from '../scenario/scenario.ts';
import type { PodLoad } from './pod-load.ts';
import { type QueueShare, quantileOf } from './queue.ts';
import { type Passage, passageOf } from './station.ts';

export function serviceKey({ namespace, name }: ServiceTarget): string {
  return `${namespace}/${name}`;
}

/** One Service, with the requests that come to it. Rates are requests a second, times seconds. */
export interface ServiceLoad {
  readonly key: string;
  /** The pods behind the programmed endpoints; `undefined` for an address behind which there is no pod that anybody knows. */
  endpoints: readonly (PodLoad | undefined)[];
  /** Whether it has had an endpoint: until then nobody outside asks for it. */
  opened: boolean;
  /** From outside the cluster, and with what pods ask. */
  external: number;
  offered: number;
  /** The part of the requests that end well. */
  success: number;
  /** Of those that do. */
  p50: number;
  p99: number;
  mean: number;
  /** What `p50` and `p99` were worked out from. */
  groups: readonly Group[];
}

function newServiceLoad(key: string): ServiceLoad {
  const nothing = { external: 0, offered: 0, success: 1, p50: 0, p99: 0, mean: 0 };
  return { key, endpoints: [], opened: false, ...nothing, groups: NO_GROUPS };
}

/** Calls go round in a circle: rounds after which what still changes is left as it is. */
const ROUNDS_MAX = 16;
/** Rates that differ by less than this part are the same. */
const SAME = 1e-6;
/** Requests a second past which a circle of calls that feeds itself is not followed. */
const RATE_MAX = 1e9;
/** ln 50: between the median and the 99th percentile of an exponential tail. */
const LN_50 = naturalLog(50);
const LN_2 = naturalLog(2);

export interface CallOrder {
  /** Each after those that ask it, where calls do not go round in a circle. */
  readonly order: readonly ServiceLoad[];
  readonly isCircular: boolean;
}

function callOrder(services: ReadonlyMap<string, ServiceLoad>): CallOrder {
  const done = new Map<string, 'open' | 'closed'>();
  const order: ServiceLoad[] = [];
  let isCircular = false;
  const visit = (service: ServiceLoad): void => {
    done.set(service.key, 'open');
    for (const key of calleesOf(service)) {
      const callee = services.get(key);
      if (callee === undefined) continue;
      const state = done.get(key);
      if (state === undefined) visit(callee);
      else if (state === 'open') isCircular = true;
    }
    done.set(service.key, 'closed');
    order.push(service);
  };
  for (const key of [...services.keys()].sort()) {
    if (!done.has(key)) visit(services.get(key)!);
  }
  return { order: order.reverse(), isCircular };
}

function calleesOf({ endpoints }: ServiceLoad): readonly string[] {
  const keys = new Set<string>();
  let last: unknown;
  for (const pod of endpoints) {
    for (const { terms } of pod?.stations ?? []) {
      if (terms === last) continue;
      last = terms;
      for (const { to } of terms.cost?.calls ?? []) keys.add(serviceKey(to));
    }
  }
  return [...keys].sort();
}

/**
 * Requests of a moment, as a fluid: what comes to each Service is spread evenly over its endpoints, whoever is behind
 * them; what a pod serves asks other Services in turn; answers come back with the errors and the time of those asked.
 */
export class FluidModel {
  readonly services = new Map<string, ServiceLoad>();
  private readonly reachable: (pod: PodLoad) => boolean;

  /** `reachable`: whether the machine of a pod can be reached at all. */
  constructor(reachable: (pod: PodLoad) => boolean) {
    this.reachable = reachable;
  }

  service(key: string): ServiceLoad {
    let service = this.services.get(key);
    if (service === undefined) {
      service = newServiceLoad(key);
      this.services.set(key, service);
    }
    return service;
  }

  /** All rates, errors and times anew, from `external`, the endpoints and what each container could use. */
  solve(pods: Iterable<PodLoad>): void {
    const { order, isCircular } = this.arrive(pods);
    for (const pod of pods) {
      pod.accepted = 0;
      pod.worked = 0;
      pod.success = 0;
      pod.inFlight = 0;
    }
    const rounds = isCircular ? ROUNDS_MAX : 1;
    for (let round = 0; round < rounds; round += 1) {
      for (let i = order.length - 1; i >= 0; i -= 1) this.answer(order[i]!);
    }
  }

  /** The rates alone. */
  arrive(pods: Iterable<PodLoad>): CallOrder {
    for (const pod of pods) pod.arrivals = 0;
    const calls = callOrder(this.services);
    this.spread(calls.order, calls.isCircular);
    return calls;
  }

  /** Rates: from those who ask to those who are asked. */
  private spread(order: readonly ServiceLoad[], isCircular: boolean): void {
    let before: ReadonlyMap<string, number> = new Map();
    for (let round = 0; ; round += 1) {
      const asked = new Map<string, number>();
      for (const service of order)
        for (const pod of service.endpoints) if (pod !== undefined) pod.arrivals = 0;
      let changed = false;
      for (const service of order) {
        const inside = asked.get(service.key) ?? 0;
        // Who comes later in the order and asks all the same has a call that goes round.
        const late = isCircular ? Math.max(0, (before.get(service.key) ?? 0) - inside) : 0;
        const offered = Math.min(RATE_MAX, (service.opened ? service.external : 0) + inside + late);
        if (Math.abs(offered - service.offered) > SAME * Math.max(offered, service.offered)) changed = true;
        service.offered = offered;
        this.ask(service, asked);
      }
      if (!isCircular || !changed || round === ROUNDS_MAX) return;
      before = asked;
    }
  }

  private ask(service: ServiceLoad, asked: Map<string, number>): void {
    const { endpoints, offered } = service;
    const each = offered / endpoints.length;
    for (const pod of endpoints) if (pod !== undefined) pod.arrivals += each;
    for (const pod of endpoints) {
      if (pod === undefined || !pod.serves || !this.reachable(pod)) continue;
      const { calls, lost } = passageOf(pod);
      if (calls.length === 0) continue;
      const served = each * (1 - lost);
      for (const { to, count } of calls) {
        const key = serviceKey(to);
        asked.set(key, (asked.get(key) ?? 0) + served * count);
      }
    }
  }

  /** Errors and times: from those who are asked to those who ask. */
  private answer(service: ServiceLoad): void {
    const { endpoints } = service;
    const groups = new Map<Passage, Group>();
    let kept = 0;
    let mean = 0;
    let cap = 0;
    for (const pod of endpoints) {
      if (pod === undefined || !pod.serves || !this.reachable(pod)) continue;
      const passage = passageOf(pod);
      let group = groups.get(passage);
      if (group === undefined) {
        group = { answer: this.answerOf(passage), weight: 0 };
        groups.set(passage, group);
      }
      const { answer } = group;
      const success = (1 - passage.lost) * answer.success;
      pod.success = success;
      pod.accepted = pod.arrivals * (1 - passage.lost);
      pod.worked = pod.arrivals * passage.worked;
      pod.inFlight = pod.accepted * answer.mean;
      group.weight += success;
      kept += success;
      mean += success * answer.mean;
      cap = Math.max(cap, passage.timeout);
    }
    service.success = endpoints.length === 0 ? 0 : kept / endpoints.length;
    service.mean = kept === 0 ? 0 : mean / kept;
    this.quantiles(service, kept, cap, [...groups.values()]);
  }

  private quantiles(service: ServiceLoad, kept: number, cap: number, groups: readonly Group[]): void {
    if (kept === 0) {
      service.p50 = 0;
      service.p99 = 0;
      service.groups = NO_GROUPS;
      return;
    }
    if (
      groups.length === service.groups.length &&
      groups.every((group, i) => same(group, service.groups[i]!))
    ) {
      return;
    }
    service.groups = groups;
    const shares = (shift: (answer: Answer) => number): readonly QueueShare[] =>
      groups.map(({ answer, weight }) => ({ weight, state: answer.passage.queue, shift: shift(answer) }));
    const p50 = quantileOf(
      0.5,
      shares(({ shift50 }) => shift50),
    );
    const p99 = quantileOf(
      0.99,
      shares(({ shift99 }) => shift99),
    );
    service.p50 = Math.min(cap, p50);
    service.p99 = Math.max(service.p50, Math.min(cap, p99));
  }

  private answerOf(passage: Passage): Answer {
    const { calls, fixed, alone, timeout } = passage;
    if (calls.length === 0) {
      return { passage, success: 1, shift50: fixed, shift99: fixed, mean: passage.mean };
    }
    let success = 1;
    let median = 0;
    let late = 0;
    let mean = passage.mean;
    for (const call of calls) {
      const callee = this.services.get(serviceKey(call.to));
      if (callee === undefined) continue;
      success *= allOf(callee.success, call);
      median += call.count * callee.p50;
      late += call.count * callee.p99;
      mean += call.count * callee.mean;
    }
    success *= 1 - lateShare(median, late, timeout - alone);
    return {
      passage,
      success,
      shift50: fixed + median,
      shift99: fixed + late,
      mean: Math.min(mean, timeout),
    };
  }
}

export interface Answer {
  readonly passage: Passage;
  /** Of the requests that are served here: the part whose calls end well, and in time. */
  readonly success: number;
  readonly shift50: number;
  readonly shift99: number;
  readonly mean: number;
}

/** Pods at which a request fares the same. */
export interface Group {
  readonly answer: Answer;
  /** Requests that end well there, in units of those that go to one endpoint. */
  weight: number;
}
const NO_GROUPS: readonly Group[] = [];

function same(a: Group, b: Group): boolean {
  return (
    a.answer.passage === b.answer.passage &&
    a.weight === b.weight &&
    a.answer.shift50 === b.answer.shift50 &&
    a.answer.shift99 === b.answer.shift99
  );
}

/** The probability that all calls of a request end well; of a part of a call, that part of the failures. */
function allOf(success: number, { count }: DownstreamCall): number {
  const whole = Math.floor(count);
  let all = 1 - (count - whole) * (1 - success);
  let power = success;
  for (let rest = whole; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) all *= power;
    power *= power;
  }
  return all;
}

/**
 * The part of the requests whose calls take longer than the client has time for them, by the exponential tail that has
 * these quantiles: calls are a sum of many times, whose exact distribution is worked out nowhere.
 */
function lateShare(p50: number, p99: number, timeout: number): number {
  if (p99 <= timeout && p99 <= p50) return 0;
  if (p99 <= p50) return p50 > timeout ? 1 : 0;
  const decay = LN_50 / (p99 - p50);
  const begins = p50 - LN_2 / decay;
  if (timeout <= begins) return 1;
  return exponential(-decay * (timeout - begins));
}

/** Milli-CPU that requests take of a container, at what comes and at what is served. */
export function requestCpu(rate: number, cpuTime: number): number {
  return (rate * cpuTime * 1000) / SECOND;
}
