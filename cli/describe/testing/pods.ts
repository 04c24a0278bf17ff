import type { TestObject } from '../../../sim/scenario/testing/test-cluster.ts';

export const meta = (name: string, extra: object = {}) => ({
  name,
  namespace: 'default',
  uid: `uid-${name}`,
  resourceVersion: '7',
  creationTimestamp: '2026-11-23T10:00:00Z',
  ...extra,
});
export const long =
  'a message that goes on and on so that it must be folded somewhere: {here} it contains signs, and many words beyond the width';
const container = (name: string, extra: object = {}) => ({
  name,
  image: 'nginx:1.19',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'Always',
  ...extra,
});
const rich = container('web', {
  command: ['sh', '-c', 'echo a\necho b'],
  args: ['--x', '1'],
  ports: [
    { name: 'http', containerPort: 80, protocol: 'TCP' },
    { containerPort: 53, hostPort: 5353, protocol: 'UDP' },
  ],
  resources: { limits: { cpu: '1', memory: '128Mi' }, requests: { cpu: '500m', memory: '64Mi' } },
  livenessProbe: {
    httpGet: { path: '/health z(1)?a=b', port: 'http', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  },
  readinessProbe: {
    exec: { command: ['cat', '/tmp/x'] },
    initialDelaySeconds: 5,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  },
  startupProbe: {
    tcpSocket: { port: 80 },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 30,
  },
  envFrom: [{ configMapRef: { name: 'cm' } }, { prefix: 'P_', secretRef: { name: 's', optional: true } }],
  env: [
    { name: 'A', value: 'x\ny' },
    { name: 'EMPTY' },
    { name: 'NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    { name: 'IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
    { name: 'LBL', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['app']" } } },
    { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } } },
    { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
    { name: 'SEC', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    { name: 'CM', valueFrom: { configMapKeyRef: { name: 'cm', key: 'k', optional: true } } },
  ],
  volumeMounts: [
    { name: 'data', mountPath: '/z', subPath: 'a/b' },
    { name: 'kube-api', mountPath: '/var/run', readOnly: true },
  ],
});
const volumes = [
  { name: 'data', emptyDir: {} },
  { name: 'mem', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  { name: 'hp', hostPath: { path: '/x', type: '' } },
  { name: 'sec', secret: { secretName: 's', defaultMode: 420 } },
  { name: 'cm', configMap: { name: 'cm', defaultMode: 420, optional: true } },
  { name: 'pvc', persistentVolumeClaim: { claimName: 'c' } },
  { name: 'nfs', nfs: { server: 's', path: '/' } },
  {
    name: 'dw',
    downwardAPI: {
      items: [{ path: 'l', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' } }],
      defaultMode: 420,
    },
  },
  { name: 'csi', csi: { driver: 'd', volumeAttributes: { b: '1', a: '2' } } },
  { name: 'csi2', csi: { driver: 'd', readOnly: true } },
  {
    name: 'kube-api',
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [] } },
        { downwardAPI: { items: [] } },
        { secret: { name: 's' } },
      ],
    },
  },
  {
    name: 'eph',
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { labels: { a: 'b', c: 'd' } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          volumeMode: 'Filesystem',
          resources: { requests: { storage: '1Gi' } },
        },
      },
    },
  },
];
const tolerations = [
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  { operator: 'Exists' },
  { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
];
const spread = [
  {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
  },
  { maxSkew: 2, topologyKey: 'host', whenUnsatisfiable: 'ScheduleAnyway' },
];
const spec = {
  containers: [rich, container('side')],
  initContainers: [container('init')],
  volumes,
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  serviceAccountName: 'default',
  serviceAccount: 'default',
  nodeName: 'node-1',
  securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
  schedulerName: 'default-scheduler',
  tolerations,
  priority: 0,
  priorityClassName: 'high',
  runtimeClassName: 'rc',
  nodeSelector: { disk: 'ssd', a: 'b' },
  topologySpreadConstraints: spread,
  readinessGates: [{ conditionType: 'x/y' }, { conditionType: 'Ready' }],
};
const st = (name: string, state: object, extra: object = {}) => ({
  name,
  image: 'nginx:1.19',
  imageID: 'sha',
  containerID: 'containerd://1',
  ready: true,
  restartCount: 2,
  state,
  ...extra,
});
const status = {
  phase: 'Running',
  hostIP: '10.0.0.1',
  podIP: '1.2.3.4',
  podIPs: [{ ip: '1.2.3.4' }, { ip: 'fd::1' }],
  startTime: '2026-11-23T10:00:00Z',
  qosClass: 'Burstable',
  nominatedNodeName: 'node-9',
  message: 'msg',
  reason: 'Why',
  conditions: [
    { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-11-23T10:00:00Z' },
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-11-23T10:00:00Z' },
  ],
  initContainerStatuses: [
    st('init', {
      terminated: {
        exitCode: 0,
        reason: 'Completed',
        startedAt: '2026-11-23T10:00:00Z',
        finishedAt: '2026-11-23T10:01:00Z',
      },
    }),
  ],
  containerStatuses: [
    st(
      'web',
      { running: { startedAt: '2026-11-23T10:01:00Z' } },
      {
        lastState: {
          terminated: {
            exitCode: 137,
            signal: 9,
            reason: 'OOMKilled',
            message: 'boom',
            startedAt: '2026-11-23T10:00:00Z',
            finishedAt: '2026-11-23T10:01:00Z',
          },
        },
      },
    ),
    st('side', { waiting: { reason: 'CrashLoopBackOff', message: 'm' } }, { ready: false }),
  ],
};
const owner = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'uid-rs', controller: true }];
export const template = {
  metadata: { creationTimestamp: null, labels: { app: 'web', tier: 'a' }, annotations: { note: 'x' } },
  spec: { ...spec, nodeName: undefined },
};
export const pod: TestObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta('web-1', {
    labels: { app: 'web', tier: 'a' },
    annotations: {
      long: 'x'.repeat(200),
      multi: 'a\nb\n',
      short: 'y',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    },
    ownerReferences: owner,
  }),
  spec,
  status,
};
export const plain: TestObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta('web-2', {
    labels: { app: 'web' },
    deletionTimestamp: '2026-11-24T11:59:00Z',
    deletionGracePeriodSeconds: 30,
    ownerReferences: owner,
  }),
  spec: {
    ...spec,
    volumes: [],
    initContainers: undefined,
    readinessGates: undefined,
    containers: [container('c', { resources: { requests: { cpu: '250m', memory: '100M' } } })],
    tolerations: [],
    nodeSelector: undefined,
    topologySpreadConstraints: undefined,
    resources: { requests: { cpu: '1' } },
  },
  status: { phase: 'Pending' },
};
