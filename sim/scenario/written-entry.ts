import { kindByResource } from '../../core/kinds/registry.ts';
import type { LabelSelector } from '../../core/schema/types.generated.ts';
import { formatDuration } from './duration.ts';
import { DEFAULT_NAMESPACE } from './resource-name.ts';
import type {
  Action,
  CpuTaken,
  FaultAction,
  ManifestObject,
  NodeChoice,
  ObjectTarget,
  PodChoice,
  ResourceTaken,
  TimelineEntry,
} from './scenario.ts';

type Written = Readonly<Record<string, unknown>>;

function targetText({ resource, namespace, name }: ObjectTarget): string {
  const word = kindByResource(resource)?.singular ?? resource;
  return namespace === undefined || namespace === DEFAULT_NAMESPACE
    ? `${word}/${name}`
    : `${word}/${namespace}/${name}`;
}

function writtenObjects(objects: readonly ManifestObject[]): unknown {
  const [only] = objects;
  return objects.length === 1 && only !== undefined ? only.object : objects.map(({ object }) => object);
}

function labelsOf(selector: LabelSelector): Written {
  return { ...selector.matchLabels };
}

function writtenPods(pods: PodChoice): Written {
  const namespace = pods.namespace === DEFAULT_NAMESPACE ? {} : { namespace: pods.namespace };
  return 'name' in pods
    ? { ...namespace, name: pods.name }
    : { ...namespace, selector: labelsOf(pods.selector) };
}

function writtenNode(node: NodeChoice): unknown {
  if ('name' in node) return node.name;
  return 'any' in node ? { any: labelsOf(node.any) } : { hosting: writtenPods(node.hosting) };
}

function writtenTaken(taken: CpuTaken): Written {
  return 'cpu' in taken ? { cpu: `${taken.cpu}m` } : { share: taken.share };
}

const RESOURCE_FIELD = {
  'memory-pressure': 'memory',
  'disk-pressure': 'disk',
  'pid-pressure': 'pids',
} as const;

function writtenResource(fault: keyof typeof RESOURCE_FIELD, taken: ResourceTaken): Written {
  return 'share' in taken ? { share: taken.share } : { [RESOURCE_FIELD[fault]]: `${taken.amount}` };
}

function lasting(action: FaultAction): Written {
  return 'for' in action && action.for !== undefined ? { for: formatDuration(action.for) } : {};
}

function given(name: string, value: unknown): Written {
  return value === undefined ? {} : { [name]: value };
}

function writtenFault(action: FaultAction): Written {
  const { fault } = action;
  switch (fault) {
    case 'node-crash':
    case 'node-shutdown':
    case 'node-partition':
      return { fault, node: writtenNode(action.node) };
    case 'container-crash':
      return {
        fault,
        pods: writtenPods(action.pods),
        ...given('container', action.container),
        exitCode: action.exitCode,
      };
    case 'image-pull-failure':
      return { fault, image: action.image };
    case 'controller-crash':
      return { fault, controller: action.controller };
    case 'watch-delay':
      return { fault, controller: action.controller, by: formatDuration(action.by) };
    case 'zone-outage':
      return { fault, zone: action.zone };
    case 'slow-boot':
      return {
        fault,
        ...given('group', action.group),
        ...('times' in action.boot
          ? { x: action.boot.times }
          : { bootTime: formatDuration(action.boot.bootTime) }),
      };
    case 'cloud-out-of-capacity':
      return { fault, ...given('group', action.group), ...given('zone', action.zone) };
    case 'storage-failure': {
      const { driver, message, operations } = action;
      return { fault, ...given('driver', driver), ...given('operations', operations), message };
    }
    case 'load-spike': {
      const { to, x } = action;
      return { fault, ...given('to', to && `service/${to.namespace}/${to.name}`), x };
    }
    case 'memory-pressure':
    case 'disk-pressure':
    case 'pid-pressure':
      return { fault, node: writtenNode(action.node), ...writtenResource(fault, action.takes) };
    case 'noisy-neighbour':
      return { fault, node: writtenNode(action.node), ...writtenTaken(action.takes) };
  }
}

function writtenAction(action: Action): Written {
  switch (action.op) {
    case 'apply':
      return { apply: writtenObjects(action.objects) };
    case 'delete':
      return {
        delete: targetText(action.target),
        ...(action.propagationPolicy === 'Background' ? {} : { propagationPolicy: action.propagationPolicy }),
        ...given('gracePeriodSeconds', action.gracePeriodSeconds),
      };
    case 'scale':
      return { scale: targetText(action.target), replicas: action.replicas };
    case 'setImage':
      return { setImage: targetText(action.target), container: action.container, image: action.image };
    case 'patch':
      return { patch: targetText(action.target), with: action.patch };
    case 'restart':
      return { restart: targetText(action.target) };
    case 'cordon':
      return { cordon: action.node };
    case 'uncordon':
      return { uncordon: action.node };
    case 'drain': {
      const { node, ignoreDaemonSets, deleteEmptyDirData, force, gracePeriodSeconds, timeout } = action;
      return {
        drain: node,
        ...(ignoreDaemonSets ? { ignoreDaemonSets } : {}),
        ...(deleteEmptyDirData ? { deleteEmptyDirData } : {}),
        ...(force ? { force } : {}),
        ...given('gracePeriodSeconds', gracePeriodSeconds),
        ...given('timeout', timeout === undefined ? undefined : formatDuration(timeout)),
      };
    }
    case 'fault':
      return { ...writtenFault(action), ...lasting(action) };
    case 'request':
      throw new Error('what a client asked for stands in logs alone, and can not be written into a scenario');
  }
}

/** An entry of a timeline as a person would have written it: reading it gives the same entry. */
export function writtenEntry({ at, action }: TimelineEntry): Written {
  return { at: formatDuration(at), ...writtenAction(action) };
}
