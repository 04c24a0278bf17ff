import { parseAllDocuments } from 'yaml';
import { splitKey } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import type { View } from '../../core/store/view.ts';
import { MILLISECOND, type Micros, SECOND } from '../../core/time.ts';
import { runScenario } from '../../sim/run.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { NAMESPACE, type Observation, type Recording, type Step } from './recording.ts';

/** From the start of a kubectl until its request arrives, as in the recording. */
const KUBECTL: Micros = 170 * MILLISECOND;
/** The recording's time 0 in our run: the nodes have pulled the images by then, and nothing else is left of that. */
const BEGIN: Micros = 60 * SECOND;
/** By then the namespace of the pods that make the nodes pull the images has its service account. */
const PULL: Micros = 5 * SECOND;
const PULLED: Micros = 40 * SECOND;
/** Between two deletions of one kubectl, as in the recording. */
const NEXT_DELETION: Micros = 4 * MILLISECOND;
/** Our containers start up to a second later than hollow ones (a sandbox, a relist): what is still to come, comes. */
const SLACK_SECONDS = 5;
/** Images that only some recordings have. */
const DAEMON_IMAGE = 'nginx';
const IMAGES = ['nginx:1.19', 'nginx:1.20', 'x'];
/** What a Job of a recording runs. */
const JOB_IMAGE = 'busybox';
const NODES = ['hollow-1', 'hollow-2', 'hollow-3'];
const MACHINE = { cpu: 8, memory: '32Gi' };
const PULLERS = 'image-pullers';

type Fields = Readonly<Record<string, unknown>>;

/** Our run of a recording's commands. */
export interface Rerun {
  readonly observations: readonly Observation[];
  /** What a command that was started then would have read. */
  readonly at: (t: number) => { readonly view: View; readonly now: Micros };
  /** The state of this second itself. */
  readonly during: (t: number) => { readonly view: View; readonly now: Micros };
}

const seconds = (time: Micros) => `${time / SECOND}s`;

/** A pod with all the images on each node: hollow nodes pull an image at once. */
function pullers(images: readonly string[]): readonly Fields[] {
  return NODES.map((nodeName) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: nodeName, namespace: PULLERS },
    spec: { nodeName, containers: images.map((image, index) => ({ name: `c${index}`, image })) },
  }));
}

/** What a command does, as entries of a scenario's timeline; none for one that only reads. */
function entriesOf({ t, command, stdin }: Step, pods: () => readonly string[]): readonly Fields[] {
  const arrival = Math.round(t * 1000) + (KUBECTL + BEGIN) / MILLISECOND;
  const when = { at: `${arrival}ms`, namespace: NAMESPACE };
  if (command === 'kubectl apply -f -') {
    return [{ ...when, apply: parseAllDocuments(stdin ?? '').map((document) => document.toJS() as Fields) }];
  }
  const image = /^kubectl set image (deploy|ds|sts)\/(\S+) (\S+)=(\S+)$/.exec(command);
  if (image !== null) {
    return [{ ...when, setImage: `${image[1]}/${image[2]}`, container: image[3], image: image[4] }];
  }
  const scale = /^kubectl scale (deploy|sts) (\S+) --replicas=(\d+)$/.exec(command);
  if (scale !== null) return [{ ...when, scale: `${scale[1]}/${scale[2]}`, replicas: Number(scale[3]) }];
  const foreground = /^kubectl delete deploy (\S+) --cascade=foreground --wait=false$/.exec(command);
  if (foreground !== null) {
    return [{ ...when, delete: `deployment/${foreground[1]}`, propagationPolicy: 'Foreground' }];
  }
  const whole = /^kubectl delete (job|sts) (\S+) --wait=false$/.exec(command);
  if (whole !== null) return [{ ...when, delete: `${whole[1]}/${whole[2]}` }];
  if (/^kubectl delete pod -l (app=web|job-name=j) --wait=false$/.test(command)) {
    return pods().map((name, index) => ({
      ...when,
      at: `${arrival + (index * NEXT_DELETION) / MILLISECOND}ms`,
      delete: `pod/${name}`,
    }));
  }
  if (/^kubectl (get|describe|rollout) /.test(command)) return [];
  throw new Error(`no entry of a timeline does the same as: ${command}`);
}

function scenarioOf(name: string, timeline: readonly Fields[], duration: number): Scenario {
  const text = JSON.stringify(timeline);
  const images = [...IMAGES, ...[JOB_IMAGE, DAEMON_IMAGE].filter((image) => text.includes(`"${image}"`))];
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name },
    spec: {
      duration: `${Math.round(duration * 1000) + BEGIN / MILLISECOND}ms`,
      cluster: { nodeGroups: [{ name: 'hollow', count: NODES.length, machine: MACHINE }] },
      manifests: [NAMESPACE, PULLERS].map((namespace) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      })),
      // What a hollow node runs never ends by itself, a Job's pods neither.
      behaviors: [
        { image: JOB_IMAGE, startup: '0s', shutdown: '300ms', exit: { after: '1h' } },
        { startup: '0s', shutdown: '300ms' },
      ],
      timeline: [
        { at: seconds(PULL), apply: pullers(images) },
        ...NODES.map((node) => ({
          at: seconds(PULLED),
          namespace: PULLERS,
          delete: `pod/${node}`,
          gracePeriodSeconds: 0,
        })),
        ...timeline,
      ],
    },
  });
  if (read.ok) return read.scenario;
  throw new Error(read.problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
}

function recordsOf(scenario: Scenario): readonly EventRecord[] {
  const records: EventRecord[] = [];
  const sink = (record: { readonly type: string }) => {
    if (record.type === 'event') records.push(record as EventRecord);
  };
  const [refusal] = runScenario(scenario, { sinks: [sink] }).simulation.refusals;
  if (refusal !== undefined) throw new Error(`${refusal.source}: ${refusal.message}`);
  return records;
}

function stateAt(records: readonly EventRecord[], now: Micros): State {
  const state = new State();
  for (const record of records) {
    if (record.t > now) break;
    state.apply(record);
  }
  return state;
}

const TYPE_OF = { create: 'ADDED', update: 'MODIFIED', delete: 'DELETED' } as const;

/** Give our cluster the commands of a recording at the same seconds, and watch it as long. */
export function rerun({ name, steps, observations }: Recording): Rerun {
  const end = Math.max(...steps.map(({ t }) => t), ...observations.map(({ t }) => t)) + SLACK_SECONDS;
  const timeline: Fields[] = [];
  for (const step of steps) {
    // A run repeats itself exactly, so a shorter one tells the names that the command finds.
    const pods = (): readonly string[] => {
      const before = scenarioOf(name, timeline, step.t);
      const state = stateAt(recordsOf(before), before.startTime + before.duration);
      return state.list(POD, NAMESPACE).map(({ metadata }) => metadata.name);
    };
    timeline.push(...entriesOf(step, pods));
  }
  const scenario = scenarioOf(name, timeline, end);
  const records = recordsOf(scenario);
  const zero = scenario.startTime + BEGIN;
  const during = (t: number) => {
    const now = zero + Math.round(t * SECOND);
    return { view: stateAt(records, now), now };
  };
  return {
    observations: records
      .filter(({ key, t }) => t >= zero && splitKey(key).namespace === NAMESPACE)
      .map(({ t, verb, kind, next, previous }) => {
        const object = next ?? previous;
        if (object === undefined) throw new Error(`a record of ${kind.plural} has no object`);
        return { t: (t - zero) / SECOND, type: TYPE_OF[verb], resource: kind.plural, object };
      }),
    at: (t) => during(t + KUBECTL / SECOND),
    during,
  };
}
