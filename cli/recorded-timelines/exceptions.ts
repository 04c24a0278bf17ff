import type { ToldEvent } from './event-chains.ts';
import { JOB_EXCEPTIONS } from './job-exceptions.ts';
import { type Fields, type Named, type ObjectException, pod, removed, some } from './object-exception.ts';

/** The volume by which a pod gets at the API: its name is drawn, its kind has changed. */
const withoutToken = (prefix: string) =>
  pod(({ spec }) => {
    const others = (list: Named[] | undefined) => list?.filter(({ name }) => !name.startsWith(prefix)) ?? [];
    const before = spec.volumes?.length ?? 0;
    spec.volumes = others(spec.volumes);
    for (const container of spec.containers) container.volumeMounts = others(container.volumeMounts);
    return spec.volumes.length < before;
  });

const NODE_AFFINITY = "didn't match Pod's node affinity";
const POD_AFFINITY = "didn't match pod affinity rules, 3 node(s) didn't match pod affinity/anti-affinity";
const NOT_HELPFUL = ' preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

/** What the scheduler says of a pod, from 1.20's words to today's. Message by message: anything else stays as it is. */
const SCHEDULER_WORDS: readonly {
  readonly reason: string;
  readonly from: string;
  readonly to: string;
}[] = [
  {
    reason: 'the selector is named beside the affinity since 1.21 (nodeaffinity.ErrReasonPod)',
    from: `0/3 nodes are available: 3 node(s) ${NODE_AFFINITY}.`,
    to: `0/3 nodes are available: 3 node(s) ${NODE_AFFINITY}/selector.`,
  },
  {
    reason:
      'one reason for a node that lacks the affinity since 1.22 (interpodaffinity.ErrReasonAffinityRulesNotMatch)',
    from: `3 node(s) ${POD_AFFINITY}.`,
    to: "3 node(s) didn't match pod affinity rules.",
  },
  {
    reason:
      'a claim that is missing is found before any node is looked at, and said once, since 1.24 (PreFilter)',
    from: '3 persistentvolumeclaim "nope" not found.',
    to: 'persistentvolumeclaim "nope" not found.',
  },
];

function todaysWords(message: string): string {
  if (!message.startsWith('0/3 nodes are available: ')) return message;
  let words = message;
  for (const { from, to } of SCHEDULER_WORDS) if (words.endsWith(from)) words = words.replace(from, to);
  // What preemption came to is said since 1.23 (framework.FitError, PostFilterMsg).
  return words + NOT_HELPFUL;
}

const COMMON_EXCEPTIONS: readonly ObjectException[] = [
  {
    reason: "kubectl's own annotation: the simulated user keeps what was applied outside the object",
    resources: [
      'deployments',
      'daemonsets',
      'statefulsets',
      'controllerrevisions',
      'jobs',
      'persistentvolumeclaims',
      'pods',
    ],
    side: 'recorded',
    edit: ({ metadata }) => {
      const { annotations } = metadata as { annotations?: Fields };
      const is = removed(annotations, 'kubectl.kubernetes.io/last-applied-configuration');
      if (annotations !== undefined && Object.keys(annotations).length === 0)
        removed(metadata as Fields, 'annotations');
      return is;
    },
  },
  {
    reason: 'terminatingReplicas came with 1.33 (KEP-3973)',
    resources: ['deployments', 'replicasets'],
    side: 'ours',
    edit: ({ status }) => removed(status as Fields | undefined, 'terminatingReplicas'),
  },
  {
    reason: 'no token Secret since 1.24: a projected volume kube-api-access',
    resources: ['pods'],
    side: 'recorded',
    edit: withoutToken('default-token-'),
  },
  { reason: 'the same', resources: ['pods'], side: 'ours', edit: withoutToken('kube-api-access-') },
  {
    reason: 'pods have a generation since 1.33 (KEP-5067)',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ metadata }) => removed(metadata, 'generation')),
  },
  {
    reason: 'and their status and conditions say which they are of',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ status }) =>
      some([
        removed(status, 'observedGeneration'),
        ...(status.conditions ?? []).map((condition) => removed(condition, 'observedGeneration')),
      ]),
    ),
  },
  {
    reason: 'the condition PodReadyToStartContainers came with 1.29 (KEP-3085)',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ status }) => {
      const before = status.conditions?.length ?? 0;
      if (before > 0)
        status.conditions =
          status.conditions?.filter(({ type }) => type !== 'PodReadyToStartContainers') ?? [];
      return (status.conditions?.length ?? 0) < before;
    }),
  },
  {
    reason: 'hostIPs came with 1.28 (KEP-2681)',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ status }) => removed(status, 'hostIPs')),
  },
  {
    reason: 'what a running container was given is in its status since 1.33 (KEP-1287)',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ status }) =>
      some((status.containerStatuses ?? []).map((container) => removed(container, 'resources'))),
    ),
  },
  {
    reason: 'containerd names an image in full; the runtime of a hollow node as the pod did',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ status }) =>
      some(
        (status.containerStatuses ?? []).map((container) => {
          const short = container.image?.replace('docker.io/library/', '');
          const is = short !== container.image;
          if (is && short !== undefined) container.image = short;
          return is;
        }),
      ),
    ),
  },
  {
    reason: 'the runtime of a hollow node gives no reason for an end: a real one says Completed',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ status }) =>
      some(
        (status.containerStatuses ?? []).map(({ state }) =>
          state.terminated?.reason === 'Completed' ? removed(state.terminated, 'reason') : false,
        ),
      ),
    ),
  },
  {
    reason:
      'a deleted pod whose containers have ended gets a final phase, with conditions by it, since 1.27 (KEP-3329)',
    resources: ['pods'],
    side: 'recorded',
    edit: pod(({ metadata, status }) => {
      const ended = status.containerStatuses?.every(({ state }) => state.terminated !== undefined) ?? false;
      if (!ended || metadata.deletionTimestamp === undefined || status.phase !== 'Running') return false;
      status.phase = 'Succeeded';
      for (const condition of status.conditions ?? []) {
        if (condition.type === 'PodScheduled') continue;
        condition.reason = 'PodCompleted';
        delete condition.message;
      }
      return true;
    }),
  },
  {
    reason: "the scheduler's words of today (SCHEDULER_WORDS), and what preemption came to",
    resources: ['pods'],
    side: 'recorded',
    edit: pod(({ status }) =>
      some(
        (status.conditions ?? []).map((condition) => {
          if (condition.reason !== 'Unschedulable' || condition.message === undefined) return false;
          condition.message = todaysWords(condition.message);
          return true;
        }),
      ),
    ),
  },
];

const SET_EXCEPTIONS: readonly ObjectException[] = [
  {
    reason: 'maxSurge of DaemonSets came with 1.22 (KEP-1591)',
    resources: ['daemonsets'],
    side: 'ours',
    edit: ({ spec }) => {
      const { updateStrategy } = spec as { updateStrategy?: { rollingUpdate?: object } };
      return removed(updateStrategy?.rollingUpdate, 'maxSurge');
    },
  },
  {
    reason: 'what becomes of claims has a policy since 1.23 (KEP-1847)',
    resources: ['statefulsets'],
    side: 'ours',
    edit: ({ spec }) => removed(spec as Fields, 'persistentVolumeClaimRetentionPolicy'),
  },
  {
    reason: 'available pods of a StatefulSet are counted since 1.22 (KEP-2599)',
    resources: ['statefulsets'],
    side: 'ours',
    edit: ({ status }) => removed(status as Fields | undefined, 'availableReplicas'),
  },
  {
    reason:
      'the turn that makes a pod does not count it yet since 1.27: of three that are updated there are two',
    resources: ['statefulsets'],
    side: 'ours',
    edit: ({ status }) => {
      const counts = status as { replicas: number; currentRevision?: string; updateRevision?: string };
      const is = counts.currentRevision !== counts.updateRevision && counts.replicas === 2;
      if (is) counts.replicas = 3;
      return is;
    },
  },
  {
    reason: 'pods of a StatefulSet carry their number since 1.28 (KEP-4017)',
    resources: ['pods'],
    side: 'ours',
    edit: ({ metadata }) => {
      const { labels } = metadata as { labels?: Fields };
      return removed(labels, 'apps.kubernetes.io/pod-index');
    },
  },
];

export const OBJECT_EXCEPTIONS: readonly ObjectException[] = [
  ...COMMON_EXCEPTIONS,
  ...JOB_EXCEPTIONS,
  ...SET_EXCEPTIONS,
];

export interface EventException {
  readonly reason: string;
  readonly side: 'recorded' | 'ours';
  /** Whether it is about this Event. */
  readonly holds: (event: ToldEvent) => boolean;
  readonly edit: (event: ToldEvent) => ToldEvent | undefined;
}

const FORMER_SIZE = / from \d+ to (\d+)$/;

export const EVENT_EXCEPTIONS: readonly EventException[] = [
  {
    reason: 'a hollow node tells no Events (kubemark gives its kubelet a fake recorder)',
    side: 'ours',
    holds: ({ component }) => component === 'kubelet',
    edit: () => undefined,
  },
  {
    reason: 'the former size is told since 1.29',
    side: 'ours',
    holds: ({ reason, message }) => reason === 'ScalingReplicaSet' && FORMER_SIZE.test(message),
    edit: (event) => ({ ...event, message: event.message.replace(FORMER_SIZE, ' to $1') }),
  },
  {
    reason: "the scheduler's words of today",
    side: 'recorded',
    holds: ({ reason }) => reason === 'FailedScheduling',
    edit: (event) => ({ ...event, message: todaysWords(event.message) }),
  },
];

type Lines = readonly string[];

export interface PrintedException {
  readonly reason: string;
  readonly side: 'recorded' | 'ours';
  readonly commands: RegExp;
  readonly edit: (lines: Lines) => Lines;
}

const TOKEN_VOLUME = /^ {2}(default-token|kube-api-access)-\w+:$/;
const TOKEN_MOUNT = /from (default-token|kube-api-access)-\w+ \(ro\)/;

/** A volume of `describe` is its name, and its fields further in. */
function withoutTokenVolume(lines: Lines): Lines {
  let inside = false;
  return lines.flatMap((line) => {
    if (TOKEN_VOLUME.test(line)) {
      inside = true;
      return ['  <token volume>'];
    }
    // White space is folded: what lies in the volume still begins with some.
    inside = inside && line.startsWith('  ');
    return inside ? [] : [line.replace(TOKEN_MOUNT, 'from <token volume> (ro)')];
  });
}

const once = (lines: Lines) =>
  lines.filter((line, index) => !line.includes('FailedScheduling') || line !== lines[index - 1]);

export const PRINTED_EXCEPTIONS: readonly PrintedException[] = [
  {
    reason: 'the namespace of a DaemonSet is described since 1.29',
    side: 'ours',
    commands: /describe ds/,
    edit: (lines) => lines.filter((line) => !line.startsWith('Namespace:')),
  },
  {
    reason: 'the class of volume attributes is printed since 1.29 (KEP-3751)',
    side: 'ours',
    commands: /get pvc/,
    edit: (lines) =>
      lines.map((line) => line.replace('  VOLUMEATTRIBUTESCLASS', '').replace('  <unset>', '')),
  },
  {
    reason: 'a deleted pod that has its final phase is counted by it (KEP-3329)',
    side: 'recorded',
    commands: /describe sts/,
    edit: (lines) =>
      lines.map((line) =>
        line.replace('4 Running / 0 Waiting / 0 Succeeded', '3 Running / 0 Waiting / 1 Succeeded'),
      ),
  },
  {
    reason: 'a Job is printed with its status since 1.30',
    side: 'ours',
    commands: /get job,po$/,
    edit: (lines) =>
      lines.map((line) =>
        line
          .replace(/^NAME {2}STATUS {2}COMPLETIONS/, 'NAME  COMPLETIONS')
          .replace(/^(job\S+) {2}Running/, '$1'),
      ),
  },
  {
    reason: 'the former size is told since 1.29',
    side: 'ours',
    commands: /describe/,
    edit: (lines) =>
      lines.map((line) => line.replace(/(Scaled (?:up|down) replica set web-RS\d) from \d+ to/, '$1 to')),
  },
  {
    reason: "the scheduler's words of today",
    side: 'recorded',
    commands: /events|describe/,
    edit: (lines) =>
      lines.map((line) => {
        const at = line.indexOf('0/3 nodes are available: ');
        return at < 0 ? line : line.slice(0, at) + todaysWords(line.slice(at));
      }),
  },
  {
    reason: 'today an unschedulable pod is not tried again at once',
    side: 'recorded',
    commands: /events|describe/,
    edit: once,
  },
  {
    reason: 'no token Secret since 1.24: a projected volume kube-api-access',
    side: 'recorded',
    commands: /describe po$/,
    edit: withoutTokenVolume,
  },
  { reason: 'the same', side: 'ours', commands: /describe po$/, edit: withoutTokenVolume },
  {
    reason:
      'the kubelet of 1.20 removed a stopped pod at its next sync, up to 10 s later; today at once (1.22)',
    side: 'recorded',
    commands: /^deployment-scale: kubectl get all$/,
    edit: (lines) => lines.filter((line) => !/ Terminating /.test(line)),
  },
  {
    reason:
      'a deleted pod that has its final phase is printed by it (printers.printPod asks IsPodPhaseTerminal)',
    side: 'recorded',
    commands: /^(foreground-delete: kubectl get all|statefulset-create-scale: kubectl get sts,po)$/,
    edit: (lines) => lines.map((line) => line.replace(/ Terminating /, ' Completed ')),
  },
];
