import { describe, expect, it } from 'vitest';
import type { OwnerReference, StringMap } from '../../../core/api/object.ts';
import type { Node, Pod, ReplicationController, StatefulSet } from '../../../core/schema/types.generated.ts';
import { ClusterCache } from '../cache/cluster-cache.ts';
import { podInfo } from '../cache/pod-info.ts';
import { DEFAULT_SPREAD_ARGS, type PodTopologySpreadArgs } from '../configuration/plugin-args.ts';
import type { Profile } from '../framework/extension-points.ts';
import { evaluate } from '../reference.ts';
import { podTopologySpreadWith } from './pod-topology-spread.ts';

/**
 * https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints
 * and `helper.DefaultSelector` of kube-scheduler.
 */
const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const META = { namespace: 'default', resourceVersion: '1', creationTimestamp: '' };

function nodeOf(name: string, zone?: string): Node {
  const labels: StringMap = zone === undefined ? { [HOST]: name } : { [HOST]: name, [ZONE]: zone };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', labels },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } },
  };
}

function podOf(name: string, labels: StringMap, ownerReferences?: readonly OwnerReference[]): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...META, name, uid: name, labels, ownerReferences },
    spec: { containers: [{ name: 'c', image: 'web:1' }] },
    status: {},
  };
}

function controlledBy(apiVersion: string, kind: string, name: string): readonly OwnerReference[] {
  return [{ apiVersion, kind, name, uid: name, controller: true }];
}

class Cluster {
  readonly cache = new ClusterCache();
  readonly profile: Profile;
  #pods = 0;

  constructor(nodes: readonly Node[], args: PodTopologySpreadArgs = DEFAULT_SPREAD_ARGS) {
    this.profile = { schedulerName: 's', plugins: [{ plugin: podTopologySpreadWith(args), weight: 2 }] };
    for (const node of nodes) this.cache.setNode(node);
  }

  service(name: string, selector: StringMap, exists = true): this {
    const metadata = { ...META, name, uid: name };
    this.cache.setService(
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector }, status: {} },
      exists,
    );
    return this;
  }

  put(node: string, labels: StringMap, namespace = 'default'): this {
    this.#pods += 1;
    const pod = podOf(`there-${this.#pods}`, labels);
    this.cache.place(podInfo({ ...pod, metadata: { ...pod.metadata, namespace } }), node);
    return this;
  }

  /** Raw and normalised scores by node; nothing where the plugin gives none. */
  scores(pod: Pod): Readonly<Record<string, readonly [number, number]>> | undefined {
    const { feasible, scores } = evaluate(this.profile, podInfo(pod), this.cache);
    const [mine] = scores;
    if (mine === undefined) return undefined;
    return Object.fromEntries(
      feasible.map(({ name }, i) => [name, [mine.raw[i]!, mine.normalized[i]!] as const]),
    );
  }
}

const THREE = [nodeOf('a1', 'a'), nodeOf('a2', 'a'), nodeOf('b1', 'b')];
const WEB = { app: 'web' };

describe('default spreading', () => {
  it('counts by host (maxSkew 3, weight ln 5) and by zone (maxSkew 5, weight ln 4), for the pods of a Service', () => {
    const cluster = new Cluster(THREE).service('web', WEB);
    cluster.put('a1', WEB).put('a1', WEB).put('a2', WEB).put('b1', { app: 'other' });
    // a1: 2·1.609+2 + 3·1.386+4 = 13.38; a2: 1·1.609+2 + 3·1.386+4 = 11.77; b1: 2 + 4 = 6.
    expect(cluster.scores(podOf('p', WEB))).toEqual({ a1: [13, 46], a2: [12, 53], b1: [6, 100] });
  });

  it('gives no scores to a pod that belongs to nothing', () => {
    const cluster = new Cluster(THREE).service('other', { app: 'other' }).put('a1', WEB);
    expect(cluster.scores(podOf('p', WEB))).toBeUndefined();
    expect(cluster.scores(podOf('p', WEB, controlledBy('batch/v1', 'Job', 'job')))).toBeUndefined();
    expect(cluster.scores(podOf('p', WEB, controlledBy('apps/v1', 'ReplicaSet', 'unknown')))).toBeUndefined();
  });

  it('leaves pods with constraints of their own to these', () => {
    const cluster = new Cluster(THREE).service('web', WEB).put('a1', WEB);
    const pod = podOf('p', WEB);
    const own = {
      topologyKey: ZONE,
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule' as const,
      labelSelector: { matchLabels: WEB },
    };
    const { feasible, scores } = evaluate(
      cluster.profile,
      podInfo({ ...pod, spec: { ...pod.spec, topologySpreadConstraints: [own] } }),
      cluster.cache,
    );
    expect(feasible.map(({ name }) => name)).toEqual(['b1']);
    expect(scores).toEqual([]);
  });

  it('merges the selectors of all Services and of the owner', () => {
    const track = { ...WEB, track: 'canary' };
    const cluster = new Cluster(THREE).service('web', WEB).service('canary', { track: 'canary' });
    cluster.put('a1', WEB).put('b1', track);
    // Only pods that both Services take count for one that both take.
    expect(cluster.scores(podOf('p', track))).toMatchObject({ a1: [6, 100], b1: [9, 66] });
    expect(cluster.scores(podOf('q', WEB))).toMatchObject({ a1: [9, 77], a2: [7, 100], b1: [9, 77] });
    cluster.service('canary', { track: 'canary' }, false);
    expect(cluster.scores(podOf('p', track))).toMatchObject({ a1: [9, 77], b1: [9, 77] });
  });

  it.each(['ReplicaSet', 'StatefulSet'] as const)('knows the pods of a %s by its selector', (kind) => {
    const cluster = new Cluster(THREE).put('a1', WEB);
    const set = {
      apiVersion: 'apps/v1',
      kind,
      metadata: { ...META, name: 'set', uid: 'set' },
      spec: { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'x'] }] } },
      status: {},
    };
    cluster.cache.setOwner(set as unknown as StatefulSet, true);
    const pod = podOf('p', WEB, controlledBy('apps/v1', kind, 'set'));
    expect(cluster.scores(pod)).toMatchObject({ a1: [9, 66], a2: [7, 88], b1: [6, 100] });
    // The same name in another group is another kind.
    expect(cluster.scores(podOf('p', WEB, controlledBy('x.io/v1', kind, 'set')))).toBeUndefined();
    cluster.cache.setOwner(set as unknown as StatefulSet, false);
    expect(cluster.scores(pod)).toBeUndefined();
  });

  it('knows the pods of a ReplicationController', () => {
    const cluster = new Cluster(THREE).put('a1', WEB);
    const controller: ReplicationController = {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { ...META, name: 'rc', uid: 'rc' },
      spec: { selector: WEB },
      status: { replicas: 0 },
    };
    cluster.cache.setOwner(controller, true);
    const pod = podOf('p', WEB, controlledBy('v1', 'ReplicationController', 'rc'));
    expect(cluster.scores(pod)).toMatchObject({ a1: [9, 66], b1: [6, 100] });
  });

  it('passes over pods of other namespaces and pods on their way out', () => {
    const cluster = new Cluster(THREE).service('web', WEB).put('a1', WEB, 'elsewhere');
    const leaving = podOf('leaving', WEB);
    const metadata = { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    cluster.cache.place(podInfo({ ...leaving, metadata }), 'a1');
    expect(cluster.scores(podOf('p', WEB))).toEqual({ a1: [6, 100], a2: [6, 100], b1: [6, 100] });
  });

  it('still spreads by host where nodes have no zone', () => {
    const cluster = new Cluster([nodeOf('a'), nodeOf('b'), nodeOf('c', 'z')]).service('web', WEB);
    cluster.put('a', WEB);
    // Without a zone there is no term for it; the zone counts for one domain, and its absence for another.
    expect(cluster.scores(podOf('p', WEB))).toEqual({ a: [4, 66], b: [2, 100], c: [6, 33] });
  });

  it('follows a list instead, which needs all labels on a node', () => {
    const cluster = new Cluster([...THREE, nodeOf('bare')], {
      defaultingType: 'List',
      defaultConstraints: [
        { topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
        { topologyKey: HOST, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    });
    cluster.service('web', WEB).put('a1', WEB);
    expect(cluster.scores(podOf('p', WEB))).toEqual({ a1: [3, 0], a2: [1, 66], b1: [0, 100], bare: [0, 0] });
    expect(cluster.scores(podOf('p', { app: 'alone' }))).toBeUndefined();
  });

  it('refuses nodes where the list says so', () => {
    const cluster = new Cluster(THREE, {
      defaultingType: 'List',
      defaultConstraints: [{ topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
    });
    cluster.service('web', WEB).put('a1', WEB);
    const { feasible } = evaluate(cluster.profile, podInfo(podOf('p', WEB)), cluster.cache);
    expect(feasible.map(({ name }) => name)).toEqual(['b1']);
  });

  it('is switched off by an empty list', () => {
    const cluster = new Cluster(THREE, { defaultingType: 'List', defaultConstraints: [] });
    cluster.service('web', WEB).put('a1', WEB);
    expect(cluster.scores(podOf('p', WEB))).toBeUndefined();
  });
});
