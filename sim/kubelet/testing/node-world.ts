import type { Command, Result } from '../../../core/api/command.ts';
import type { NewObject } from '../../../core/api/object.ts';
import { ApiServer } from '../../../core/api/server.ts';
import { updatePodPart } from '../../../core/api/update.ts';
import { CONFIG_MAP, LEASE, NODE, POD, SERVICE_ACCOUNT } from '../../../core/kinds/registry.ts';
import type { PodPart } from '../../../core/kinds/validation/pod-parts.ts';
import { Journal } from '../../../core/log/journal.ts';
import type { EventRecord } from '../../../core/log/record.ts';
import type {
  ConfigMap,
  Container,
  ContainerStatus,
  Event,
  Lease,
  Node,
  Pod,
  PodSpec,
} from '../../../core/schema/types.generated.ts';
import { DEFAULT_START, MILLISECOND, type Micros, SECOND } from '../../../core/time.ts';
import { bootstrapCluster } from '../../host/bootstrap.ts';
import { NodeLink } from '../../host/node-link.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { randomStream } from '../../random/keyed.ts';
import type * as scenario from '../../scenario/scenario.ts';
import { type BehaviorSource, compileBehaviors } from '../behavior.ts';
import { ImageRegistry } from '../image-registry.ts';
import { Kubelet } from '../kubelet.ts';
import { DEFAULT_KUBELET_SETTINGS, type KubeletSettings, type NodeMachine } from '../settings.ts';

const TEST_MACHINE: NodeMachine = {
  name: 'n1',
  group: 'test',
  zone: 'a',
  region: 'r',
  instanceType: 'test',
  machine: { cpu: '4', memory: '8Gi', ephemeralStorage: '100Gi', pods: 10 },
  labels: {},
  taints: [],
  address: '172.16.0.2',
  podCidr: '10.244.0.0/24',
  providerId: 'wavetank:///a/n1',
};

export interface NodeWorldOptions {
  readonly behaviors?: readonly scenario.ContainerBehavior[];
  readonly settings?: Partial<KubeletSettings>;
  readonly seed?: number;
}

/** The smallest world of a kubelet: the real API server and kernel, one node, and no controllers at all. */
export class NodeWorld {
  readonly kernel = new Kernel(DEFAULT_START);
  readonly journal = new Journal();
  readonly server: ApiServer;
  readonly kubelet: Kubelet;
  readonly link: NodeLink;
  readonly registry: ImageRegistry;
  /** Every version of every pod, oldest first. */
  readonly pods: EventRecord[] = [];
  readonly nodes: EventRecord[] = [];
  private readonly lines: string[] = [];

  constructor({ behaviors = [], settings = {}, seed = 1 }: NodeWorldOptions = {}) {
    this.server = new ApiServer(this.journal, randomStream(seed, 'api').draw);
    this.journal.subscribe((record) => {
      if (record.type === 'event') this.record(record);
    });
    const stimulus = this.journal.stimulus(DEFAULT_START, 0, 'scenario', { op: 'scenario' });
    bootstrapCluster(this.server, DEFAULT_START, { rv: stimulus.rv });
    const metadata = { name: 'default', namespace: 'default' };
    this.request({
      verb: 'create',
      kind: SERVICE_ACCOUNT,
      object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    });
    // Every pod mounts it with its token; a controller writes it into each namespace.
    const rootCa: NewObject<ConfigMap> = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace: 'default' },
      data: { 'ca.crt': '' },
    };
    this.request({ verb: 'create', kind: CONFIG_MAP, object: rootCa });
    const random = randomStream(seed, 'kubelet');
    this.registry = new ImageRegistry(random);
    const full: KubeletSettings = {
      ...DEFAULT_KUBELET_SETTINGS,
      startsReady: true,
      machine: TEST_MACHINE,
      ...settings,
    };
    this.link = new NodeLink(this.kernel, this.server, 'n1', random, {
      qps: 0,
      burst: 1,
      requestLatency: MILLISECOND,
      watchDelay: MILLISECOND,
      events: full.events,
    });
    const source: BehaviorSource = compileBehaviors(behaviors);
    this.kubelet = new Kubelet('n1', this.link, source, full, this.registry);
    this.link.attach(this.kubelet);
    this.kubelet.start({ rv: stimulus.rv });
    this.run(10 * MILLISECOND);
    this.take();
  }

  private record(event: EventRecord): void {
    const seconds = ((event.t - DEFAULT_START) / SECOND).toFixed(3);
    const subject = event.next ?? event.previous;
    if (event.kind === POD) {
      this.pods.push(event);
      const pod = (event.next ?? event.previous) as Pod;
      if (pod.spec.nodeName === 'n1') this.link.noticed(event);
      const text = event.verb === 'delete' ? 'deleted' : podText(pod);
      this.lines.push(`${seconds} ${pod.metadata.name} ${text}`);
    } else if (event.kind === NODE) {
      this.nodes.push(event);
      this.lines.push(`${seconds} node ${nodeText(subject as Node)}`);
    } else if (event.kind === LEASE) {
      const { spec } = subject as Lease;
      this.lines.push(`${seconds} lease ${JSON.stringify(spec)}`);
    } else if (event.kind.kind === 'Event') {
      const { reason, message, count } = event.next as Event;
      this.lines.push(`${seconds} event ${reason}: ${message}${count === 1 ? '' : ` (x${count})`}`);
    }
  }

  request(command: Command): Result {
    const { rv } = this.journal.stimulus(this.kernel.now, 1, 'user', { op: command.verb });
    const result = this.server.execute(command, { now: this.kernel.now, actor: 'user', cause: rv });
    if (!result.ok) throw new Error(result.status.message);
    return result;
  }

  /** Create a pod and bind it to the node. */
  pod(name: string, spec: Partial<PodSpec> & { readonly containers?: readonly Container[] } = {}): Pod {
    const object: NewObject<Pod> = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec },
    };
    const created = this.request({ verb: 'create', kind: POD, object });
    if (!created.ok) throw new Error('unreachable');
    const { uid } = created.object.metadata;
    this.request({ verb: 'bind', namespace: 'default', name, uid, nodeName: 'n1' });
    return this.get(name) as Pod;
  }

  delete(name: string, gracePeriodSeconds?: number): void {
    const options = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    this.request({ verb: 'delete', kind: POD, namespace: 'default', name, options });
  }

  /** As a client of a subresource changes a pod. */
  part(name: string, part: PodPart, change: (spec: PodSpec) => PodSpec): void {
    const { rv } = this.journal.stimulus(this.kernel.now, 1, 'user', { op: part });
    const stored = this.get(name) as Pod;
    const next = { ...stored, spec: change(stored.spec) };
    const result = updatePodPart(this.server, part, next, { now: this.kernel.now, actor: 'user', cause: rv });
    if (!result.ok) throw new Error(result.status.message);
  }

  get(name: string): Pod | undefined {
    return this.server.state.get(POD, 'default', name);
  }

  run(duration: Micros): void {
    this.kernel.runUntil(this.kernel.now + duration);
  }

  runSeconds(seconds: number): void {
    this.run(seconds * SECOND);
  }

  /** What happened since the last call, one line each. */
  take(): string {
    return this.lines.splice(0).join('\n');
  }

  crash(): void {
    const cause = this.stimulus('crash');
    this.kubelet.crash(cause);
    this.link.disconnect();
    this.link.forget();
  }

  recover(): void {
    const cause = this.stimulus('recover');
    this.kubelet.recover(cause);
    this.link.reconnect(cause);
  }

  partition(): void {
    this.kubelet.setPartitioned(true, this.stimulus('partition'));
    this.link.disconnect();
  }

  heal(): void {
    const cause = this.stimulus('heal');
    this.kubelet.setPartitioned(false, cause);
    this.link.reconnect(cause);
  }

  stimulus(op: string): { readonly rv: number } {
    const { rv } = this.journal.stimulus(this.kernel.now, 1, 'fault', { op });
    return { rv };
  }
}

function stateText({ name, state, lastState, ready, restartCount, started }: ContainerStatus): string {
  const now =
    state?.running !== undefined
      ? `running${started === true ? '' : ' unstarted'}`
      : state?.terminated !== undefined
        ? `${state.terminated.reason}(${state.terminated.exitCode})`
        : `${state?.waiting?.reason}`;
  const before =
    lastState?.terminated === undefined
      ? ''
      : ` after ${lastState.terminated.reason}(${lastState.terminated.exitCode})`;
  return `${name}: ${now}${before}${ready ? ' ready' : ''}${restartCount > 0 ? ` restarts=${restartCount}` : ''}`;
}

function podText({ metadata, status }: Pod): string {
  const conditions = (status.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ type }) => type);
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
    stateText,
  );
  const going = metadata.deletionTimestamp === undefined ? '' : ' going';
  const reason = status.reason === undefined ? '' : `/${status.reason}`;
  return `${status.phase}${reason}${going} {${containers.join(', ')}} [${conditions.join(' ')}]`;
}

function nodeText({ spec, status }: Node): string {
  const conditions = (status.conditions ?? []).map(
    ({ type, status, reason }) => `${type}=${status}/${reason}`,
  );
  return `[${conditions.join(' ')}]${spec.taints === undefined ? '' : ` taints ${spec.taints.map(({ key }) => key).join(' ')}`}`;
}
