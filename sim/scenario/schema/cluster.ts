import { z } from 'zod';
import { LACKS_TASKS, lacksTasks } from '../../../controllers/scheduling/configuration/check.ts';
import type { KubeSchedulerConfiguration } from '../../../controllers/scheduling/configuration/configuration.ts';
import type { NewObject } from '../../../core/api/object.ts';
import { qualifiedName } from '../../../core/kinds/validation/names.ts';
import type { Pod, Taint } from '../../../core/schema/types.generated.ts';
import { MINUTE } from '../../../core/time.ts';
import {
  CLUSTER_AUTOSCALER_FLAGS,
  CONTROLLER_MANAGER_FLAGS,
  type Flag,
  flagValues,
  KUBELET_FLAGS,
  type KubeletFlags,
  type KubernetesSettings,
  SCHEDULER_FLAGS,
  type SchedulerSettings,
} from '../flags.ts';
import { readManifest } from '../manifest.ts';
import { type ClusterSpec, isAutoscaled, type Machine, type NodeGroup } from '../scenario.ts';
import {
  anyObject,
  dnsLabel,
  duration,
  durationFrom,
  flag,
  forEditors,
  integer,
  labels,
  listOf,
  number,
  oneOf,
  quantity,
  readWith,
  strict,
  text,
  textLike,
  wanted,
} from './fields.ts';
import { givenConfiguration, KUBELET_CONFIGURATION_FIELDS } from './kubelet.ts';
import { schedulerConfiguration } from './scheduler-configuration.ts';
import { csiDrivers } from './storage.ts';

/** The version whose behaviour is modelled, unless a scenario names another to be shown. */
const DEFAULT_VERSION = 'v1.36.0';

const DEFAULT_MACHINE: Machine = { cpu: '4', memory: '16Gi', ephemeralStorage: '100Gi', pods: 110 };
const DEFAULT_ZONES: readonly string[] = ['a', 'b', 'c'];
/** A machine of a cloud boots and joins in one to two minutes; no document promises a time. */
const DEFAULT_BOOT_TIME = 1.5 * MINUTE;
const NODES_MAX = 100_000;
/** Of one extended resource on a node: scheduling multiplies it by 100. */
const EXTENDED_MAX = 1_000_000_000;

const DEFAULT_GROUP: NodeGroup = {
  name: 'node',
  count: 3,
  min: 3,
  max: 3,
  zones: DEFAULT_ZONES,
  machine: DEFAULT_MACHINE,
  labels: {},
  taints: [],
  bootTime: DEFAULT_BOOT_TIME,
  pricePerHour: 0,
};

const QPS_FORM = 'requests a second (a number of at least 0), or unlimited';

const qps = z
  .union([z.number().min(0, wanted(QPS_FORM)), z.literal('unlimited')], wanted(QPS_FORM))
  .transform((value): number => (value === 'unlimited' ? 0 : value));

function flagField(given: Flag): z.ZodType<number | boolean | string | undefined> {
  switch (given.type) {
    case 'duration':
      return (given.min === undefined ? duration : durationFrom(given.min)).optional().describe(given.about);
    case 'qps':
      return qps.optional().describe(given.about);
    case 'integer':
      return integer(given.min, given.max).optional().describe(given.about);
    case 'number':
      return number(0, given.max).optional().describe(given.about);
    case 'boolean':
      return flag.optional().describe(given.about);
    case 'choice':
      return oneOf(given.values).optional().describe(given.about);
  }
}

type GivenFlags = Readonly<Record<string, number | boolean | string | undefined>>;

function flagFields(
  table: Readonly<Record<string, Flag>>,
): Readonly<Record<string, ReturnType<typeof flagField>>> {
  return Object.fromEntries(Object.keys(table).map((name) => [name, flagField(table[name]!)]));
}

function flagsOf<T extends Readonly<Record<string, Flag>>>(table: T, component: string) {
  return strict(flagFields(table), `settings of the ${component}`)
    .default({})
    .transform((given) => flagValues(table, given as GivenFlags))
    .describe(`Settings of the ${component}, under their real names.`);
}

const CONFIGURATION = 'configuration';

const schedulerSettings = strict(
  {
    ...flagFields(SCHEDULER_FLAGS),
    [CONFIGURATION]: forEditors(
      // A format of Kubernetes, with a documentation of its own.
      z.union([z.string(), anyObject]),
      z.unknown().transform((value, context) => {
        const read = readWith<KubeSchedulerConfiguration>(schedulerConfiguration, value, context);
        if (context.issues.length === 0 && lacksTasks(read))
          context.issues.push({ code: 'custom', message: LACKS_TASKS, input: value });
        return read;
      }),
    )
      .optional()
      .describe('A KubeSchedulerConfiguration, or the file that holds it: profiles, plugins, weights.'),
  },
  'settings of the kube-scheduler',
)
  .default({})
  .transform((given): SchedulerSettings => {
    // What the two schemas of its fields gave.
    const { configuration, ...flags } = given as GivenFlags & Pick<SchedulerSettings, typeof CONFIGURATION>;
    const values = flagValues(SCHEDULER_FLAGS, flags);
    return configuration === undefined ? values : { ...values, configuration };
  })
  .describe('Settings of the kube-scheduler, under their real names.');

const kubeletSettings = strict(
  { ...flagFields(KUBELET_FLAGS), ...KUBELET_CONFIGURATION_FIELDS },
  'settings of the kubelets',
)
  .default({})
  .transform((given): KubeletFlags => {
    const values = flagValues(KUBELET_FLAGS, given as GivenFlags);
    const configuration = givenConfiguration(given);
    return configuration === undefined ? values : { ...values, configuration };
  })
  .describe('Settings of the kubelets, under their real names.');

const kubernetes = strict(
  {
    version: textLike(/^v?1\.\d+(\.\d+)?$/, 'a version such as 1.34 or v1.36.0')
      .default(DEFAULT_VERSION)
      .describe('The version that the control plane and the kubelets show. It changes no behaviour.'),
    events: flag.default(true).describe('Whether components write Event objects (kubectl get events).'),
    kubeControllerManager: flagsOf(CONTROLLER_MANAGER_FLAGS, 'kube-controller-manager'),
    kubeScheduler: schedulerSettings,
    kubelet: kubeletSettings,
    clusterAutoscaler: flagsOf(CLUSTER_AUTOSCALER_FLAGS, 'cluster autoscaler'),
    rbac: flag
      .optional()
      .describe('Whether the built-in roles and bindings of RBAC are there (kubectl get clusterroles).'),
    mutants: listOf(text('the name of a mutant'), 'a list of names of mutants')
      .min(1, wanted('at least one mutant'))
      .optional()
      .describe("Known defects of Kubernetes' past, to see what they did. Not for what should work."),
  },
  'settings of the control plane',
).transform((given): KubernetesSettings => ({ ...given, version: fullVersion(given.version) }));

function fullVersion(version: string): string {
  const numbers = version.replace(/^v/, '').split('.');
  return `v${numbers.join('.')}${numbers.length < 3 ? '.0' : ''}`;
}

const taint = strict(
  {
    key: text('the key of a taint'),
    value: z.string(wanted('a text')).optional(),
    effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  },
  'a taint: { key, value, effect }',
).transform(({ key, value, effect }): Taint => ({ effect, key, ...(value === undefined ? {} : { value }) }));

/** With its keys sorted, so that a scenario has one form. */
const extendedResources = z
  .record(z.string(), integer(0, EXTENDED_MAX), wanted('amounts such as { nvidia.com/gpu: 8 }'))
  .transform((given, context): Readonly<Record<string, number>> => {
    const sorted: Record<string, number> = {};
    for (const name of Object.keys(given).sort()) {
      const problems = name.includes('/') ? qualifiedName(name) : ['has no domain, such as nvidia.com/gpu'];
      for (const message of problems) {
        context.issues.push({ code: 'custom', message, input: name, path: [name] });
      }
      sorted[name] = given[name]!;
    }
    return sorted;
  });

const machine = strict(
  {
    cpu: quantity.default(DEFAULT_MACHINE.cpu),
    memory: quantity.default(DEFAULT_MACHINE.memory),
    ephemeralStorage: quantity.default(DEFAULT_MACHINE.ephemeralStorage),
    pods: integer(0, 10_000).default(DEFAULT_MACHINE.pods),
    extendedResources: extendedResources
      .optional()
      .describe('What device plugins advertise: { nvidia.com/gpu: 8 }.'),
  },
  'a machine such as { cpu: 4, memory: 16Gi, pods: 110 }',
).transform(
  ({ extendedResources: extended, ...rest }): Machine =>
    extended === undefined ? rest : { ...rest, extendedResources: extended },
);

const staticPod = anyObject.transform((raw, context): NewObject<Pod> => {
  const read = readManifest(raw);
  if (!read.ok) {
    for (const { path, message } of read.problems) {
      context.issues.push({ code: 'custom', message, input: raw, path: [...path] });
    }
    return z.NEVER;
  }
  if (read.object.kind === 'Pod') return read.object as NewObject<Pod>;
  const message = `expected a Pod, got a ${read.object.kind}`;
  context.issues.push({ code: 'custom', message, input: raw, path: ['kind'] });
  return z.NEVER;
});

const nodeGroup = strict(
  {
    name: dnsLabel.describe('Nodes are called NAME-1, NAME-2 and so on.'),
    count: integer(0, NODES_MAX).describe('Nodes at the start.'),
    min: integer(0, NODES_MAX)
      .optional()
      .describe('Lower bound for the cluster autoscaler; count unless given.'),
    max: integer(0, NODES_MAX)
      .optional()
      .describe('Upper bound for the cluster autoscaler; count unless given.'),
    zones: listOf(dnsLabel, 'a list of zones')
      .min(1, wanted('at least one zone'))
      .default([...DEFAULT_ZONES])
      .describe('The nodes take these in turn.'),
    machine: machine.default(DEFAULT_MACHINE).describe('What one node has.'),
    labels: labels.default({}).describe('Labels of the nodes, besides those that a kubelet sets.'),
    taints: listOf(taint, 'a list of taints').default([]),
    bootTime: duration
      .default(DEFAULT_BOOT_TIME)
      .describe('From the request for a machine until its node registers.'),
    staticPods: listOf(staticPod, 'a list of Pods')
      .optional()
      .describe('Pods that each of its kubelets runs from files of its own.'),
    pricePerHour: number(0).default(0).describe('What a node costs an hour, in any currency.'),
  },
  'a node group',
).transform(({ min, max, ...group }, context): NodeGroup => {
  if (min !== undefined && min > group.count) {
    const message = `is ${min}, more than the count of ${group.count}`;
    context.issues.push({ code: 'custom', message, input: min, path: ['min'] });
  }
  if (max !== undefined && max < group.count) {
    const message = `is ${max}, less than the count of ${group.count}`;
    context.issues.push({ code: 'custom', message, input: max, path: ['max'] });
  }
  return { ...group, min: min ?? group.count, max: max ?? group.count };
});

export const nodeGroups = listOf(nodeGroup, 'a list of node groups').superRefine((groups, context) => {
  groups.forEach(({ name }, index) => {
    if (groups.findIndex((other) => other.name === name) === index) return;
    const message = `there is another node group called "${name}"`;
    context.addIssue({ code: 'custom', message, path: [index, 'name'] });
  });
});

const DEFAULT_KUBERNETES: KubernetesSettings = {
  version: DEFAULT_VERSION,
  events: true,
  kubeControllerManager: flagValues(CONTROLLER_MANAGER_FLAGS),
  kubeScheduler: flagValues(SCHEDULER_FLAGS),
  kubelet: flagValues(KUBELET_FLAGS),
};

/** What plain manifests run on. */
export const DEFAULT_CLUSTER: ClusterSpec = { kubernetes: DEFAULT_KUBERNETES, nodeGroups: [DEFAULT_GROUP] };

export const cluster = strict(
  {
    kubernetes: kubernetes.optional(),
    nodeGroups: nodeGroups.optional(),
    csiDrivers: csiDrivers
      .optional()
      .describe(
        'Drivers of volumes, with the storage behind each; others come with the first class of theirs.',
      ),
  },
  'a cluster: { kubernetes, nodeGroups, csiDrivers }',
).transform((given): ClusterSpec => {
  const groups = given.nodeGroups ?? DEFAULT_CLUSTER.nodeGroups;
  const settings = given.kubernetes ?? DEFAULT_KUBERNETES;
  const { csiDrivers: drivers } = given;
  return {
    kubernetes: withAutoscaler(settings, groups),
    nodeGroups: groups,
    ...(drivers === undefined ? {} : { csiDrivers: drivers }),
  };
});

/** Settings of the autoscaler are a part of a scenario only where it has something to do. */
function withAutoscaler(
  { clusterAutoscaler, ...others }: KubernetesSettings,
  groups: readonly NodeGroup[],
): KubernetesSettings {
  if (!groups.some(isAutoscaled)) return others;
  return { ...others, clusterAutoscaler: clusterAutoscaler ?? flagValues(CLUSTER_AUTOSCALER_FLAGS) };
}
