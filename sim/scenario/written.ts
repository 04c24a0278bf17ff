import { CSI_OPERATIONS, type CsiDriverModel } from '../../controllers/storage/csi/driver.ts';
import { formatMilli } from '../../core/quantity.ts';
import { rfc3339Micro } from '../../core/time.ts';
import { formatDuration } from './duration.ts';
import {
  CLUSTER_AUTOSCALER_FLAGS,
  CONTROLLER_MANAGER_FLAGS,
  type Flag,
  KUBELET_FLAGS,
  type KubernetesSettings,
  SCHEDULER_FLAGS,
} from './flags.ts';
import type { KubeletConfiguration } from './kubelet-configuration.ts';
import type {
  ContainerBehavior,
  Expectation,
  HookBehavior,
  NodeGroup,
  Outage,
  OutsideMetric,
  Scenario,
  ServiceTarget,
  TimeSpread,
  TrafficFlow,
} from './scenario.ts';

type Written = Readonly<Record<string, unknown>>;

const COMPONENTS: Readonly<Record<string, Readonly<Record<string, Flag>>>> = {
  kubeControllerManager: CONTROLLER_MANAGER_FLAGS,
  kubeScheduler: SCHEDULER_FLAGS,
  kubelet: KUBELET_FLAGS,
  clusterAutoscaler: CLUSTER_AUTOSCALER_FLAGS,
};

function writtenFlag(flag: Flag | undefined, value: unknown): unknown {
  if (flag?.type === 'duration' && typeof value === 'number') return formatDuration(value);
  return flag?.type === 'qps' && value === 0 ? 'unlimited' : value;
}

function writtenFlags(table: Readonly<Record<string, Flag>>, values: Written): Written {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, writtenFlag(table[name], value)]),
  );
}

function writtenKubernetes(settings: KubernetesSettings): Written {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      if (name === 'kubelet') {
        const { configuration, ...flags } = settings.kubelet;
        return [
          name,
          { ...writtenFlags(KUBELET_FLAGS, flags), ...writtenConfiguration(configuration ?? {}) },
        ];
      }
      const table = COMPONENTS[name];
      return [name, table === undefined ? value : writtenFlags(table, value as Written)];
    }),
  );
}

/** Its fields stand beside the flags. */
function writtenConfiguration(given: KubeletConfiguration): Written {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (name === 'evictionSoftGracePeriod') {
        const periods = Object.entries(value as Readonly<Record<string, number>>);
        return [
          name,
          Object.fromEntries(periods.map(([signal, period]) => [signal, formatDuration(period)])),
        ];
      }
      return [name, DURATIONS.includes(name) ? formatDuration(value as number) : value];
    }),
  );
}

const DURATIONS: readonly string[] = [
  'evictionPressureTransitionPeriod',
  'imageMinimumGCAge',
  'shutdownGracePeriod',
  'shutdownGracePeriodCriticalPods',
] satisfies (keyof KubeletConfiguration)[];

function writtenGroup({ min, max, ...group }: NodeGroup): Written {
  // Bounds that were not given follow the count.
  const bounds = min === group.count && max === group.count ? {} : { min, max };
  return { ...group, ...bounds, bootTime: formatDuration(group.bootTime) };
}

function writtenDriver({ times, topologyKey, attachRequired: _known, ...driver }: CsiDriverModel): Written {
  return {
    ...driver,
    ...Object.fromEntries(CSI_OPERATIONS.map((name) => [name, writtenSpread(times[name])])),
    topologyKey: topologyKey ?? 'none',
  };
}

function optional<T>(name: string, value: T | undefined, write: (value: T) => unknown): Written {
  return value === undefined ? {} : { [name]: write(value) };
}

function same<T>(value: T): T {
  return value;
}

function writtenSpread({ p50, p99 }: TimeSpread): Written {
  return { p50: formatDuration(p50), p99: formatDuration(p99) };
}

function writtenOutages(outages: readonly Outage[]): readonly Written[] {
  return outages.map((outage) => ({
    after: formatDuration(outage.after),
    ...optional('for', outage.for, formatDuration),
  }));
}

function writtenHook({ takes, ...rest }: HookBehavior): Written {
  return { takes: writtenSpread(takes), ...rest };
}

function serviceText({ namespace, name }: ServiceTarget): string {
  return `service/${namespace}/${name}`;
}

function writtenBehavior(behavior: ContainerBehavior): Written {
  const { match, request, usage, exit } = behavior;
  return {
    ...optional('match', match.labels, same),
    ...optional('namespace', match.namespace, same),
    ...optional('container', match.container, same),
    ...optional('image', match.image, same),
    ...optional('startup', behavior.startup, writtenSpread),
    ...optional('shutdown', behavior.shutdown, writtenSpread),
    ...optional('exit', exit, ({ after, ...rest }) => ({ after: writtenSpread(after), ...rest })),
    ...optional('postStart', behavior.postStart, writtenHook),
    ...optional('preStop', behavior.preStop, writtenHook),
    ...optional('unready', behavior.unready, writtenOutages),
    ...optional('unhealthy', behavior.unhealthy, writtenOutages),
    ...optional('request', request, ({ cpu, latency, memory, calls, timeout }) => ({
      cpu: formatDuration(cpu),
      latency: formatDuration(latency),
      memory: `${memory}`,
      calls: calls.map(({ to, count }) => ({ to: serviceText(to), count })),
      timeout: formatDuration(timeout),
    })),
    ...optional('usage', usage, ({ cpu, memory, leakPerHour, disk, fillsPerHour, volume }) => ({
      ...optional('cpu', cpu, (milli) => `${milli}m`),
      ...optional('memory', memory, (bytes) => `${bytes}`),
      ...optional('leak', leakPerHour, (bytes) => `${bytes}/h`),
      ...optional('disk', disk, (bytes) => `${bytes}`),
      ...optional('fills', fillsPerHour, (bytes) => `${bytes}/h`),
      ...optional('volume', volume, same),
    })),
  };
}

function rateText(thousandths: number): string {
  return `${thousandths / 1000}rps`;
}

function writtenFlow({ name, to, shape, spikes }: TrafficFlow): Written {
  return {
    name,
    to: serviceText(to),
    shape:
      shape.type === 'constant'
        ? { constant: rateText(shape.rate) }
        : {
            diurnal: {
              base: rateText(shape.base),
              peak: rateText(shape.peak),
              peakAt: formatDuration(shape.peakAt),
              period: formatDuration(shape.period),
            },
          },
    spikes: spikes.map((spike) => ({
      at: formatDuration(spike.at),
      x: spike.x,
      for: formatDuration(spike.for),
      ramp: formatDuration(spike.ramp),
    })),
  };
}

function writtenMetric({ name, object, namespace, labels, values }: OutsideMetric): Written {
  const place = namespace === undefined ? '' : `${namespace}/`;
  return {
    name,
    ...(object === undefined
      ? optional('namespace', namespace, String)
      : { of: `${object.resource}/${place}${object.name}` }),
    labels,
    values: values.map(({ at, value }) => ({ at: formatDuration(at), value: formatMilli(value) })),
  };
}

function writtenExpectation(expectation: Expectation): Written {
  const { name, expression } = expectation;
  if (expectation.type === 'always') {
    const { from, until } = expectation;
    return {
      always: expression,
      name,
      ...optional('from', from, formatDuration),
      ...optional('until', until, formatDuration),
    };
  }
  const { after, within } = expectation;
  return {
    eventually: expression,
    name,
    after: formatDuration(after),
    ...optional('within', within, formatDuration),
  };
}

/**
 * The spec of a scenario as a person would have written it, without its manifests and its timeline, which come from
 * files: reading it gives the same scenario.
 */
export function writtenSpec(scenario: Scenario): Written {
  const { seed, duration, startTime, cluster, behaviors, traffic, metrics, expect } = scenario;
  return {
    seed,
    duration: formatDuration(duration),
    startTime: rfc3339Micro(startTime),
    cluster: {
      ...cluster,
      kubernetes: writtenKubernetes(cluster.kubernetes),
      nodeGroups: cluster.nodeGroups.map(writtenGroup),
      ...optional('csiDrivers', cluster.csiDrivers, (drivers) => drivers.map(writtenDriver)),
    },
    behaviors: behaviors.map(writtenBehavior),
    ...optional('traffic', traffic, (flows) => flows.map(writtenFlow)),
    ...optional('metrics', metrics, (all) => all.map(writtenMetric)),
    expect: expect.map(writtenExpectation),
  };
}
