import type { NewObject } from '../../core/api/object.ts';
import type { ApiServer } from '../../core/api/server.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS, kindFor } from '../../core/kinds/registry.ts';
import type {
  APIService,
  FlowcontrolV1Subject,
  LimitedPriorityLevelConfiguration,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  ResourcePolicyRule,
} from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';

/**
 * What an API server has besides at its start, and its clients may look at: the mandatory and the suggested objects of
 * priority and fairness (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#defaults), and an
 * APIService for each group that it serves itself.
 */

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1';
const MANAGED = { 'apf.kubernetes.io/autoupdate-spec': 'true' };

interface Limits {
  readonly shares: number;
  readonly lendable?: number;
  /** Queues and the hand that is dealt of them; without them, what is too much is rejected. */
  readonly queues?: number;
  readonly hand?: number;
}

const LEVELS: Readonly<Record<string, Limits>> = {
  'catch-all': { shares: 5 },
  'global-default': { shares: 20, lendable: 50, queues: 128, hand: 6 },
  'leader-election': { shares: 10, queues: 16, hand: 4 },
  'node-high': { shares: 40, lendable: 25, queues: 64, hand: 6 },
  system: { shares: 30, lendable: 33, queues: 64, hand: 6 },
  'workload-high': { shares: 40, lendable: 50, queues: 128, hand: 6 },
  'workload-low': { shares: 100, lendable: 90, queues: 128, hand: 6 },
};

function limited({ hand, lendable = 0, queues, shares }: Limits): LimitedPriorityLevelConfiguration {
  return {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse:
      queues === undefined
        ? { type: 'Reject' }
        : { type: 'Queue', queuing: { queues, handSize: hand, queueLengthLimit: 50 } },
  } as LimitedPriorityLevelConfiguration;
}

function group(name: string): FlowcontrolV1Subject {
  return { kind: 'Group', group: { name } };
}

function user(name: string): FlowcontrolV1Subject {
  return { kind: 'User', user: { name } };
}

function account(name: string): FlowcontrolV1Subject {
  return { kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } };
}

const ALL = ['*'];
const ALL_RESOURCES: ResourcePolicyRule = {
  verbs: ALL,
  apiGroups: ALL,
  resources: ALL,
  clusterScope: true,
  namespaces: ALL,
};
const EVERYTHING = {
  resourceRules: [ALL_RESOURCES],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
};
const EVERYBODY = [group('system:unauthenticated'), group('system:authenticated')];
const MANAGER = user('system:kube-controller-manager');
const SCHEDULER = user('system:kube-scheduler');
const NODES = [group('system:nodes')];
const CHANGES = ['get', 'create', 'update'];

function on(
  apiGroup: string,
  resources: readonly string[],
  namespaces: readonly string[],
): ResourcePolicyRule {
  return { verbs: CHANGES, apiGroups: [apiGroup], resources, namespaces };
}

interface Flow {
  readonly name: string;
  readonly level: string;
  readonly precedence: number;
  readonly by?: 'ByUser' | 'ByNamespace';
  readonly rule: PolicyRulesWithSubjects;
}

const FLOWS: readonly Flow[] = [
  {
    name: 'exempt',
    level: 'exempt',
    precedence: 1,
    rule: { subjects: [group('system:masters')], ...EVERYTHING },
  },
  {
    name: 'probes',
    level: 'exempt',
    precedence: 2,
    rule: {
      subjects: EVERYBODY,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  },
  {
    name: 'system-leader-election',
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    rule: {
      subjects: [MANAGER, SCHEDULER, account('*')],
      resourceRules: [on('coordination.k8s.io', ['leases'], ['kube-system'])],
    },
  },
  {
    name: 'endpoint-controller',
    level: 'workload-high',
    precedence: 150,
    by: 'ByUser',
    rule: {
      subjects: [MANAGER, account('endpoint-controller'), account('endpointslicemirroring-controller')],
      resourceRules: [on('', ['endpoints'], ALL), on('discovery.k8s.io', ['endpointslices'], ALL)],
    },
  },
  {
    name: 'workload-leader-election',
    level: 'leader-election',
    precedence: 200,
    by: 'ByUser',
    rule: { subjects: [account('*')], resourceRules: [on('coordination.k8s.io', ['leases'], ALL)] },
  },
  {
    name: 'system-node-high',
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    rule: {
      subjects: NODES,
      resourceRules: [
        { verbs: ALL, apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true },
        {
          verbs: ALL,
          apiGroups: ['coordination.k8s.io'],
          resources: ['leases'],
          namespaces: ['kube-node-lease'],
        },
      ],
    },
  },
  {
    name: 'system-nodes',
    level: 'system',
    precedence: 500,
    by: 'ByUser',
    rule: { subjects: NODES, ...EVERYTHING },
  },
  {
    name: 'kube-controller-manager',
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    rule: { subjects: [MANAGER], ...EVERYTHING },
  },
  {
    name: 'kube-scheduler',
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    rule: { subjects: [SCHEDULER], ...EVERYTHING },
  },
  {
    name: 'kube-system-service-accounts',
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    rule: { subjects: [account('*')], ...EVERYTHING },
  },
  {
    name: 'service-accounts',
    level: 'workload-low',
    precedence: 9000,
    by: 'ByUser',
    rule: { subjects: [group('system:serviceaccounts')], ...EVERYTHING },
  },
  {
    name: 'global-default',
    level: 'global-default',
    precedence: 9900,
    by: 'ByUser',
    rule: { subjects: EVERYBODY, ...EVERYTHING },
  },
  {
    name: 'catch-all',
    level: 'catch-all',
    precedence: 10_000,
    by: 'ByUser',
    rule: { subjects: EVERYBODY, ...EVERYTHING },
  },
];

const level = (
  name: string,
  spec: PriorityLevelConfiguration['spec'],
): NewObject<PriorityLevelConfiguration> => ({
  apiVersion: FLOW_CONTROL,
  kind: 'PriorityLevelConfiguration',
  metadata: { name, annotations: MANAGED },
  spec,
});

function flowObjects(): readonly NewObject[] {
  const levels = Object.keys(LEVELS).map((name) =>
    level(name, { type: 'Limited', limited: limited(LEVELS[name] as Limits) }),
  );
  const schemas = FLOWS.map(({ by, level: to, name, precedence, rule }) => ({
    apiVersion: FLOW_CONTROL,
    kind: 'FlowSchema',
    metadata: { name, annotations: MANAGED },
    spec: {
      priorityLevelConfiguration: { name: to },
      matchingPrecedence: precedence,
      ...(by === undefined ? {} : { distinguisherMethod: { type: by } }),
      rules: [rule],
    },
  }));
  // Levels come first, so that no schema is of one that there is not.
  return [level('exempt', { type: 'Exempt', exempt: {} }), ...levels, ...schemas];
}

/** Of the core group, and of all others (kube-aggregator's `apiVersionPriorities`, of which only the order matters). */
const CORE_PRIORITY = 18_000;
const GROUP_PRIORITY = 17_000;
const VERSION_PRIORITY = 15;

function apiServices(): readonly NewObject<APIService>[] {
  const versions = new Map(KINDS.map((kind) => [kind.apiVersion, kind]));
  return [...versions.values()].map(({ group: name, version }) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: `${version}.${name}`,
      labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' },
    },
    spec: {
      ...(name === '' ? {} : { group: name }),
      version,
      groupPriorityMinimum: name === '' ? CORE_PRIORITY : GROUP_PRIORITY,
      versionPriority: VERSION_PRIORITY,
    },
  }));
}

export function bootstrapApi(server: ApiServer, now: Micros, cause: Cause): void {
  const context = { now, actor: 'kube-apiserver', cause: cause.rv };
  for (const object of [...flowObjects(), ...apiServices()]) {
    const kind = kindFor(object.apiVersion, object.kind) as Kind;
    const result = server.execute({ verb: 'create', kind, object }, context);
    if (!result.ok) throw new Error(`an object of the API server's own is refused: ${result.status.message}`);
  }
}
