import type { TestObject } from '../../../sim/scenario/testing/test-cluster.ts';
import { autoscaler, freshAutoscaler } from './autoscalers.ts';
import { long, meta, plain, pod, template } from './pods.ts';

/**
 * Objects that use every field which `kubectl describe` shows. What a real kubectl 1.32 prints of them is what the
 * golden files hold, but for what later versions print otherwise (named ports, `Optional`, `AppProtocol`, sorted data,
 * no `Kube-Proxy Version`, no `Mountable secrets`).
 */
const ev = (name: string, about: TestObject, kind: string, extra: object = {}): TestObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { ...meta(name), namespace: about.metadata.namespace ?? 'default' },
  involvedObject: {
    kind,
    namespace: about.metadata.namespace,
    name: about.metadata.name,
    uid: about.metadata.uid,
    apiVersion: about.apiVersion,
  },
  reason: 'Started',
  message: 'Started it',
  source: { component: 'kubelet', host: 'node-1' },
  firstTimestamp: '2026-11-24T11:00:00Z',
  lastTimestamp: '2026-11-24T11:30:00Z',
  count: 1,
  type: 'Normal',
  eventTime: null,
  reportingComponent: 'kubelet',
  reportingInstance: '',
  ...extra,
});
const deployment: TestObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta('web', {
    labels: { a: 'b' },
    annotations: { 'deployment.kubernetes.io/revision': '2' },
    generation: 2,
  }),
  spec: {
    replicas: 3,
    selector: {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
    },
    template,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
    minReadySeconds: 5,
    progressDeadlineSeconds: 600,
  },
  status: {
    replicas: 3,
    updatedReplicas: 2,
    unavailableReplicas: 3,
    conditions: [{ type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: long }],
  },
};
const rs = (name: string, uid: string, extra: object, created: string): TestObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    ...meta(name, {
      uid,
      labels: { app: 'web', tier: 'a', 'pod-template-hash': name },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid-web', controller: true },
      ],
    }),
    creationTimestamp: created,
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web', 'pod-template-hash': name } },
    template: {
      ...template,
      metadata: { ...template.metadata, labels: { app: 'web', tier: 'a', 'pod-template-hash': name } },
      ...extra,
    },
  },
  status: { replicas: 2, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }] },
});
const service: TestObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('web'),
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    selector: { app: 'web' },
    ports: [
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP', nodePort: 30080, appProtocol: 'h2' },
      { name: 'alt', port: 81, targetPort: 8081, protocol: 'TCP' },
    ],
    externalIPs: ['1.1.1.1'],
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Local',
    internalTrafficPolicy: 'Cluster',
    healthCheckNodePort: 31000,
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    trafficDistribution: 'PreferClose',
  },
  status: { loadBalancer: { ingress: [{ ip: '9.9.9.9', ipMode: 'VIP' }, { hostname: 'lb' }] } },
};
const slice: TestObject = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: meta('web-abc', { labels: { 'kubernetes.io/service-name': 'web' } }),
  addressType: 'IPv4',
  ports: [
    { name: 'http', port: 80, protocol: 'TCP' },
    { name: 'alt', port: 8081, protocol: 'TCP' },
  ],
  endpoints: [1, 2, 3, 4, 5].map((i) => ({
    addresses: [`10.0.0.${i}`],
    conditions: { ready: i !== 2, serving: true, terminating: false },
    nodeName: i % 2 ? 'node-1' : undefined,
    targetRef: { kind: 'Pod', name: `web-${i}`, namespace: 'default' },
    zone: i === 1 ? 'a' : undefined,
  })),
};
const emptySlice: TestObject = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: meta('empty'),
  addressType: 'IPv4',
  ports: null,
  endpoints: null,
};
const node: TestObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    ...meta('node-1', {
      labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/hostname': 'node-1' },
    }),
    namespace: undefined,
  },
  spec: {
    podCIDR: '10.244.0.0/24',
    podCIDRs: ['10.244.0.0/24'],
    providerID: 'x://1',
    taints: [
      { key: 'b', effect: 'NoSchedule' },
      { key: 'a', value: 'v', effect: 'NoExecute' },
    ],
  },
  status: {
    capacity: {
      cpu: '4',
      memory: '8Gi',
      pods: '110',
      'ephemeral-storage': '100Gi',
      'hugepages-2Mi': '0',
      'nvidia.com/gpu': '2',
    },
    allocatable: {
      cpu: '3920m',
      memory: '8000Mi',
      pods: '110',
      'ephemeral-storage': '90Gi',
      'hugepages-2Mi': '0',
      'nvidia.com/gpu': '2',
    },
    addresses: [
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'Hostname', address: 'node-1' },
    ],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        lastHeartbeatTime: '2026-11-24T11:59:00Z',
        lastTransitionTime: '2026-11-23T10:00:00Z',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      },
      {
        type: 'DiskPressure',
        status: 'False',
        lastHeartbeatTime: '2026-11-24T11:59:00Z',
        lastTransitionTime: '2026-11-23T10:00:00Z',
        reason: 'KubeletHasNoDiskPressure',
        message: 'no',
      },
    ],
    nodeInfo: {
      machineID: 'm',
      systemUUID: 'u',
      bootID: 'b',
      kernelVersion: 'k',
      osImage: 'o',
      operatingSystem: 'linux',
      architecture: 'amd64',
      containerRuntimeVersion: 'c',
      kubeletVersion: 'v1',
      kubeProxyVersion: '',
    },
  },
};
const lease: TestObject = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...meta('node-1'), namespace: 'kube-node-lease' },
  spec: { holderIdentity: 'node-1', renewTime: '2026-11-24T11:59:50.000000Z' },
};
const namespace: TestObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    ...meta('default', { labels: { 'kubernetes.io/metadata.name': 'default' } }),
    namespace: undefined,
  },
  spec: {},
  status: {
    phase: 'Active',
    conditions: [
      { type: 'X', status: 'True', lastTransitionTime: '2026-11-24T11:59:00Z', reason: 'R', message: 'm' },
    ],
  },
};
const configMap: TestObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta('cm'),
  data: { b: 'two\nlines\n', a: '1\t2' },
  binaryData: { z: 'AAEC' },
};
const secret: TestObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: meta('s'),
  type: 'Opaque',
  data: { k: 'AAEC', a: 'aGVsbG8=' },
};
const sa: TestObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: meta('sa'),
  imagePullSecrets: [{ name: 'p1' }, { name: 'p2' }],
};
const sa2: TestObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('sa2') };
const quota: TestObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: meta('q'),
  spec: { hard: { cpu: '10' }, scopes: ['NotTerminating', 'BestEffort'] },
  status: { hard: { cpu: '10', memory: '1Gi' }, used: { cpu: '500m', memory: '512Mi' } },
};
const limit: TestObject = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: meta('l'),
  spec: {
    limits: [
      { type: 'Container', max: { cpu: '2' }, default: { cpu: '1' }, defaultRequest: { cpu: '500m' } },
    ],
  },
};
const pc: TestObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { ...meta('drv', { labels: { x: 'y' } }), namespace: undefined },
  spec: {
    attachRequired: true,
    podInfoOnMount: false,
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    tokenRequests: [{ audience: 'x', expirationSeconds: 5 }],
  },
};
const sts: TestObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: meta('db'),
  spec: {
    replicas: 2,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1, maxUnavailable: 2 } },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data', labels: { a: 'b', c: 'd' } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          resources: { requests: { storage: '1Gi' } },
        },
      },
    ],
  },
  status: { replicas: 2 },
};
const cronJob: TestObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { ...meta('nightly') },
  spec: {
    schedule: '0 3 * * *',
    concurrencyPolicy: 'Forbid',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    startingDeadlineSeconds: 60,
    jobTemplate: { spec: { parallelism: 2, activeDeadlineSeconds: 600, template } },
  },
  status: {
    lastScheduleTime: '2026-11-24T03:00:00Z',
    active: [
      { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly-1', namespace: 'default', uid: 'u1' },
      { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly-2', namespace: 'default', uid: 'u2' },
    ],
  },
};

const job: TestObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: meta('j'),
  spec: {
    parallelism: 2,
    completions: 4,
    completionMode: 'Indexed',
    suspend: false,
    backoffLimit: 6,
    activeDeadlineSeconds: 60,
    ttlSecondsAfterFinished: 5,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'x' } },
    template,
  },
  status: {
    startTime: '2026-11-24T10:00:00Z',
    completionTime: '2026-11-24T10:05:00Z',
    succeeded: 4,
    ready: 0,
    completedIndexes: '0-3',
  },
};
const many = Array.from({ length: 3 }, (_, i) =>
  ev(`web-1.${i}`, pod, 'Pod', {
    lastTimestamp: `2026-11-24T11:3${3 - i}:00Z`,
    count: i + 1,
    involvedObject: {
      kind: 'Pod',
      namespace: 'default',
      name: 'web-1',
      uid: 'uid-web-1',
      fieldPath: i === 1 ? 'spec.containers{web}' : undefined,
    },
  }),
);
const sched = ev('web-1.s', pod, 'Pod', {
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  count: undefined,
  eventTime: '2026-11-24T11:00:00.000000Z',
  reportingComponent: 'default-scheduler',
  reason: 'Scheduled',
  message: ' assigned \n',
  series: { count: 3, lastObservedTime: '2026-11-24T11:10:00.000000Z' },
});
export const objects: readonly TestObject[] = [
  pod,
  plain,
  deployment,
  rs('one', 'uid-rs', {}, '2026-11-23T10:00:00Z'),
  rs('two', 'uid-rs2', { spec: { ...template.spec, priorityClassName: 'z' } }, '2026-11-22T10:00:00Z'),
  service,
  slice,
  emptySlice,
  node,
  lease,
  namespace,
  configMap,
  secret,
  sa,
  sa2,
  quota,
  limit,
  pc,
  sts,
  cronJob,
  job,
  autoscaler,
  freshAutoscaler,
  ...many,
  sched,
  ev('node.1', node, 'Node', {
    metadata: { ...meta('node.1') },
    involvedObject: { kind: 'Node', name: 'node-1', uid: 'node-1' },
  }),
  ev('dep.1', deployment, 'Deployment'),
];
