import type { ClusterView } from '../cache/cluster-view.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { VolumeView } from '../cache/volume-view.ts';
import { MAX_NODE_SCORE, type Plugin, type PreFilterResult } from './extension-points.ts';
import { PluginFault } from './plugin-fault.ts';
import { ChangeAttempt, readOnly, unwrapped } from './read-only.ts';
import type { Rejection } from './rejection.ts';

/** Hears when a plugin is called and when it is done: a plugin that never ends can only be seen from outside. */
export interface PluginWatch {
  readonly enter: (plugin: string) => void;
  readonly leave: () => void;
}

/** Parts of the framework that a plugin from outside may have. */
export const OWN_PARTS = [
  'preEnqueue',
  'less',
  'hint',
  'standsAside',
  'version',
  'preFilter',
  'filter',
  'preScore',
  'score',
  'normalizeScore',
] as const satisfies readonly (keyof Plugin)[];

function volumesSeen(volumes: VolumeView): VolumeView {
  return {
    claim: (namespace, name) => readOnly(volumes.claim(namespace, name)),
    storedClaim: (namespace, name) => readOnly(volumes.storedClaim(namespace, name)),
    volume: (name) => readOnly(volumes.volume(name)),
    storedVolume: (name) => readOnly(volumes.storedVolume(name)),
    volumesOf: (className) => readOnly(volumes.volumesOf(className)),
    storageClass: (name) => readOnly(volumes.storageClass(name)),
    csiDriver: (name) => readOnly(volumes.csiDriver(name)),
    csiNode: (name) => readOnly(volumes.csiNode(name)),
    isLimited: (driver) => volumes.isLimited(driver),
    capacities: () => readOnly([...volumes.capacities()]),
    attachmentsTo: (nodeName) => readOnly([...volumes.attachmentsTo(nodeName)]),
  };
}

/** The cluster with nothing but what plugins are to see of it. */
function clusterSeen(cluster: ClusterView): ClusterView {
  return {
    get nodes() {
      return readOnly(cluster.nodes);
    },
    node: (name) => readOnly(cluster.node(name)),
    get nodeSetVersion() {
      return cluster.nodeSetVersion;
    },
    get images() {
      return readOnly(cluster.images);
    },
    get podsWithAffinity() {
      return cluster.podsWithAffinity;
    },
    lowestPriority: () => cluster.lowestPriority(),
    ownersSelector: (pod) => readOnly(cluster.ownersSelector(unwrapped(pod) as typeof pod)),
    nominatedAhead: (priority, node) =>
      readOnly(cluster.nominatedAhead(priority, unwrapped(node) as NodeInfo)),
    supposing: (node, pods, look) =>
      cluster.supposing(unwrapped(node) as NodeInfo, pods.map(unwrapped) as unknown as typeof pods, look),
    namespaceLabels: (name) => readOnly(cluster.namespaceLabels(name)),
    volumes: volumesSeen(cluster.volumes),
  };
}

const views = new WeakMap<ClusterView, ClusterView>();

function seen(cluster: ClusterView): ClusterView {
  let view = views.get(cluster);
  if (view === undefined) {
    view = clusterSeen(cluster);
    views.set(cluster, view);
  }
  return view;
}

function shown(value: unknown): string {
  return typeof value === 'number' || value === undefined || value === null
    ? String(value)
    : (JSON.stringify(value) ?? typeof value).slice(0, 60);
}

function isScore(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_NODE_SCORE;
}

/** A plugin from outside: it reads and can't change, and what it answers is looked at before anybody relies on it. */
export function guardedPlugin(plugin: Plugin, source: string, watch: PluginWatch): Plugin {
  const { name } = plugin;
  const fault = (what: string): PluginFault => new PluginFault(source, name, what);

  function called<T>(point: string, call: () => T): T {
    watch.enter(name);
    try {
      return call();
    } catch (error) {
      if (error instanceof PluginFault) throw error;
      if (error instanceof ChangeAttempt)
        throw fault(`changes ${error.what} at ${point}: a plugin only reads what it is given`);
      throw fault(`throws at ${point}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      watch.leave();
    }
  }

  function rejectionFrom(answer: unknown, point: string): Rejection | undefined {
    if (answer === undefined) return undefined;
    const { code, reasons } = (
      typeof answer === 'object' && answer !== null ? answer : {}
    ) as Partial<Rejection>;
    const isKnown = code === 'Unschedulable' || code === 'UnschedulableAndUnresolvable';
    if (isKnown && Array.isArray(reasons) && reasons.every((reason) => typeof reason === 'string'))
      return { plugin: name, code, reasons };
    throw fault(
      `answers ${shown(answer)} at ${point}: expected undefined, or { code, reasons } with the code Unschedulable or ` +
        'UnschedulableAndUnresolvable',
    );
  }

  function preFilterFrom(answer: unknown): PreFilterResult {
    if (answer === 'skip') return 'skip';
    if (answer === undefined) return {};
    const { rejection, nodeNames } = (
      typeof answer === 'object' && answer !== null ? answer : { nodeNames: answer }
    ) as Exclude<PreFilterResult, string>;
    if (nodeNames !== undefined && !(nodeNames instanceof Set))
      throw fault(
        `answers ${shown(answer)} at preFilter: expected 'skip', or { rejection, nodeNames: a Set }`,
      );
    const refused = rejectionFrom(rejection, 'preFilter');
    return {
      ...(refused === undefined ? {} : { rejection: refused }),
      ...(nodeNames === undefined ? {} : { nodeNames }),
    };
  }

  const { preEnqueue, less, hint, standsAside, version, preFilter, filter, preScore, score, normalizeScore } =
    plugin;
  return {
    name,
    dependsOn: plugin.dependsOn,
    ...(plugin.tieBreak === undefined ? {} : { tieBreak: plugin.tieBreak }),
    ...(preEnqueue && {
      preEnqueue: (pod) =>
        rejectionFrom(
          called('preEnqueue', () => preEnqueue.call(plugin, readOnly(pod))),
          'preEnqueue',
        ),
    }),
    ...(less && {
      less: (a, b) => {
        const order: unknown = called('queueSort', () => less.call(plugin, readOnly(a), readOnly(b)));
        if (typeof order === 'number' && !Number.isNaN(order)) return order;
        throw fault(`answers ${shown(order)} at queueSort: expected a number`);
      },
    }),
    ...(hint && {
      hint: (pod, event) => called('hint', () => hint.call(plugin, readOnly(pod), readOnly(event))) === true,
    }),
    ...(standsAside && {
      standsAside: (pod, cluster) =>
        called('standsAside', () => standsAside.call(plugin, readOnly(pod), seen(cluster))) === true,
    }),
    ...(version && {
      version: (pod, cluster) =>
        String(called('version', () => version.call(plugin, readOnly(pod), seen(cluster)))),
    }),
    ...(preFilter && {
      preFilter: (state, pod, cluster) =>
        preFilterFrom(called('preFilter', () => preFilter.call(plugin, state, readOnly(pod), seen(cluster)))),
    }),
    ...(filter && {
      filter: (state, pod, node) =>
        rejectionFrom(
          called('filter', () => filter.call(plugin, state, readOnly(pod), readOnly(node))),
          'filter',
        ),
    }),
    ...(preScore && {
      preScore: (state, pod, cluster, feasible) => {
        const answer: unknown = called('preScore', () =>
          preScore.call(plugin, state, readOnly(pod), seen(cluster), readOnly(feasible)),
        );
        if (answer === 'skip' || answer === undefined) return answer;
        throw fault(`answers ${shown(answer)} at preScore: expected 'skip' or undefined`);
      },
    }),
    ...(score && {
      score: (state, pod, node) => {
        const answer: unknown = called('score', () =>
          score.call(plugin, state, readOnly(pod), readOnly(node)),
        );
        const isRight = normalizeScore === undefined ? isScore(answer) : Number.isInteger(answer);
        if (isRight) return answer as number;
        const wanted = normalizeScore === undefined ? `an integer from 0 to ${MAX_NODE_SCORE}` : 'an integer';
        throw fault(`gives the node ${node.name} the score ${shown(answer)}: expected ${wanted}`);
      },
    }),
    ...(normalizeScore && {
      normalizeScore: (state, scores, nodes) => {
        const answer: unknown = called('normalizeScore', () =>
          normalizeScore.call(plugin, state, readOnly(scores), readOnly(nodes)),
        );
        if (Array.isArray(answer) && answer.length === scores.length && answer.every(isScore))
          return [...answer];
        throw fault(
          `answers ${shown(answer)} at normalizeScore: expected a list of ${scores.length} integers from 0 to ` +
            `${MAX_NODE_SCORE}`,
        );
      },
    }),
  };
}
