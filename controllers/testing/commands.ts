import { parseAllDocuments } from 'yaml';
import type { Command, PropagationPolicy, Result } from '../../core/api/command.ts';
import type { KubeObject, NewObject } from '../../core/api/object.ts';
import type { StatusReason } from '../../core/api/status.ts';
import { kindIn } from '../../core/kinds/custom/lookup.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import { milli, whole } from '../../core/quantity.ts';
import { decodeObject } from '../../core/schema/decode.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { recordText, valueText } from './record-text.ts';
import type { Block } from './timeline-file.ts';
import { durationOf, namedNode, type TestWorld } from './world.ts';

/** Carries out one command of a timeline; returns its output. */
export type Handler = (world: TestWorld, block: Block) => readonly string[];

type Fields = Readonly<Record<string, unknown>>;

/** `key=value` arguments, and the others. */
function options(args: readonly string[]): {
  readonly named: ReadonlyMap<string, string>;
  readonly plain: readonly string[];
} {
  const named = new Map<string, string>();
  const plain: string[] = [];
  for (const arg of args) {
    const at = arg.indexOf('=');
    if (at > 0) named.set(arg.slice(0, at), arg.slice(at + 1));
    else plain.push(arg);
  }
  return { named, plain };
}

function documents(text: string): readonly unknown[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as unknown;
  });
}

function answer(result: Result, done: string): readonly string[] {
  return [result.ok ? (result.rv === 0 ? `${done} (unchanged)` : done) : `refused: ${result.status.message}`];
}

/** RFC 7386: `null` removes, lists are replaced. */
function merged(target: unknown, change: unknown): unknown {
  if (!isJsonObject(change)) return change;
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const key of Object.keys(change)) {
    if (change[key] === null) delete result[key];
    else result[key] = merged(result[key], change[key]);
  }
  return result;
}

function glob(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** Names of pods whose readable name matches one of the patterns, in the order of the readable names. */
function podNames(world: TestWorld, patterns: readonly string[]): readonly string[] {
  const matchers = patterns.map(glob);
  return world.server.state
    .list(POD, 'default')
    .map(({ metadata }) => ({ name: metadata.name, alias: world.aliases.toAlias(metadata.name) }))
    .filter(({ alias }) => matchers.some((matcher) => matcher.test(alias)))
    .sort((a, b) => (a.alias < b.alias ? -1 : 1))
    .map(({ name }) => name);
}

/** `apply` + manifests: creates what is missing, and merges into what is there. */
const apply: Handler = (world, { input }) =>
  documents(input).flatMap((raw) => {
    const { value, problems } = decodeObject(raw);
    if (value === undefined || problems.length > 0)
      throw new Error(`bad manifest: ${JSON.stringify(problems)}`);
    const kind = kindIn(world.server.state, value.apiVersion, value.kind);
    if (kind === undefined) throw new Error(`no kind ${value.apiVersion} ${value.kind}`);
    const namespace = kind.namespaced ? (value.metadata.namespace ?? 'default') : undefined;
    const object: NewObject =
      namespace === undefined ? value : { ...value, metadata: { ...value.metadata, namespace } };
    const name = object.metadata.name ?? '';
    if (world.server.state.get(kind, namespace, name) === undefined) {
      return answer(world.request({ verb: 'create', kind, object }), `created ${kind.resource} ${name}`);
    }
    const change = (stored: KubeObject): KubeObject => merged(stored, object) as KubeObject;
    return answer(
      world.request({ verb: 'patch', kind, namespace, name, change }),
      `applied ${kind.resource} ${name}`,
    );
  });

/** `patch RESOURCE NAME [status]` + a merge patch. */
const patch: Handler = (world, { args, input }) => {
  const [resource = '', alias = '', subresource] = args;
  const kind = world.kind(resource);
  const name = world.aliases.toActual(alias);
  const [document] = documents(input);
  const command: Command = {
    verb: 'patch',
    kind,
    namespace: kind.namespaced ? 'default' : undefined,
    name,
    ...(subresource === 'status' ? { subresource } : {}),
    change: (stored) => merged(stored, document) as KubeObject,
  };
  return answer(world.request(command), `patched ${kind.resource} ${alias}`);
};

/** `scale RESOURCE NAME REPLICAS`. */
const scale: Handler = (world, { args }) => {
  const [resource = '', alias = '', replicas = ''] = args;
  const kind = world.kind(resource);
  const change = (stored: KubeObject): KubeObject =>
    merged(stored, { spec: { replicas: Number(replicas) } }) as KubeObject;
  const name = world.aliases.toActual(alias);
  return answer(
    world.request({ verb: 'patch', kind, namespace: 'default', name, change }),
    `scaled ${kind.resource} ${alias} to ${replicas}`,
  );
};

/** `delete RESOURCE NAME… [grace=0] [cascade=Foreground]`; names of pods may be patterns. */
const remove: Handler = (world, { args }) => {
  const { named, plain } = options(args);
  const [resource = '', ...names] = plain;
  const kind = world.kind(resource);
  const grace = named.get('grace');
  const cascade = named.get('cascade') as PropagationPolicy | undefined;
  const actual = kind === POD ? podNames(world, names) : names.map((name) => world.aliases.toActual(name));
  return actual.flatMap((name) =>
    answer(
      world.request({
        verb: 'delete',
        kind,
        namespace: kind.namespaced ? 'default' : undefined,
        name,
        options: {
          ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
          ...(cascade === undefined ? {} : { propagationPolicy: cascade }),
        },
      }),
      `deleted ${kind.resource} ${world.aliases.toAlias(name)}`,
    ),
  );
};

/** `pods PATTERN… ready|unready|running|failed|succeeded|node=NAME`: what kubelet or scheduler would write. */
const pods: Handler = (world, { args }) => {
  const { named, plain } = options(args);
  const patterns = named.has('node') ? plain : plain.slice(0, -1);
  const state = named.has('node') ? 'bound' : plain.at(-1);
  const nodeName = named.get('node') ?? 'node-0';
  return podNames(world, patterns).flatMap((name) => {
    const pod = world.server.state.get(POD, 'default', name);
    if (pod === undefined) return [];
    const target = named.has('node') ? nodeName : (namedNode(pod) ?? nodeName);
    const bind = (): Result =>
      world.request(
        { verb: 'bind', namespace: 'default', name, uid: pod.metadata.uid, nodeName: target },
        'scheduler',
      );
    if (state !== 'bound' && pod.spec.nodeName === undefined) bind();
    switch (state) {
      case 'bound':
        return answer(bind(), `${world.aliases.toAlias(name)} ${nodeName}`);
      case 'ready':
        world.setPodStatus(name, { phase: 'Running' }, true);
        break;
      case 'running':
      case 'unready':
        world.setPodStatus(name, { phase: 'Running' }, false);
        break;
      case 'failed':
        world.setPodStatus(name, { phase: 'Failed' }, false);
        break;
      case 'succeeded':
        world.setPodStatus(name, { phase: 'Succeeded' }, false);
        break;
      default:
        throw new Error(`pods: "${state}" is no state`);
    }
    return [`${world.aliases.toAlias(name)} ${state}`];
  });
};

/** `pod-life start=1s spread=50ms stop=2s nodes=3`, or `pod-life off`. */
const podLife: Handler = (world, { args }) => {
  const { named, plain } = options(args);
  if (plain[0] === 'off') {
    world.setPodLife(undefined);
    return [];
  }
  world.setPodLife({
    start: durationOf(named.get('start') ?? '1s'),
    spread: durationOf(named.get('spread') ?? '0s'),
    stop: durationOf(named.get('stop') ?? '1s'),
    nodes: Number(named.get('nodes') ?? '3'),
  });
  return [];
};

/**
 * `run DURATION [all] [only=RESOURCE,…] [by=ACTOR,…] [quiet]`: lets the time pass and prints what the controllers
 * wrote, with `all` what anybody did, with `only` and `by` a part of it, with `quiet` nothing.
 */
const run: Handler = (world, { args }) => {
  const { named, plain } = options(args);
  world.takeRecords();
  world.run(durationOf(plain[0] ?? '1s'));
  const records = world.takeRecords();
  if (plain.includes('quiet')) return [];
  const only = named.get('only')?.split(',');
  const by = named.get('by')?.split(',');
  const outside: ReadonlySet<string> = new Set(['user', 'kubelet', 'scheduler']);
  return records
    .filter(({ actor }) => plain.includes('all') || !outside.has(actor))
    .filter(({ kind }) => only === undefined || only.includes(kind.plural))
    .filter(({ actor }) => by === undefined || by.includes(actor))
    .flatMap((record) => recordText(record, world.start))
    .map((line) => world.aliases.toAlias(line));
};

function lookUp(value: unknown, path: string): unknown {
  let at = value;
  for (const part of path.split('.')) at = isJsonObject(at) ? at[part] : undefined;
  return at;
}

/** `get RESOURCE [NAME] [FIELD…]`: those fields of the objects, or the status where none is named. */
const get: Handler = (world, { args }) => {
  const [resource = '', ...rest] = args;
  const kind = world.kind(resource);
  const fields = rest.filter((arg) => arg.includes('.') || arg === 'status');
  const names = rest.filter((arg) => !fields.includes(arg));
  const paths = fields.length === 0 ? ['status'] : fields;
  return world.server.state
    .list(kind, kind.namespaced ? 'default' : undefined)
    .map((object) => ({ object, alias: world.aliases.toAlias(object.metadata.name) }))
    .filter(({ alias }) => names.length === 0 || names.some((name) => glob(name).test(alias)))
    .sort((a, b) => (a.alias < b.alias ? -1 : 1))
    .map(({ object, alias }) => {
      const values = paths.map((path) => `${path}=${valueText(lookUp(object, path), world.start)}`);
      return world.aliases.toAlias(`${alias} ${values.join(' ')}`);
    });
};

/** `conditions RESOURCE NAME`: each with its message and times. */
const conditions: Handler = (world, { args }) => {
  const [resource = '', alias = ''] = args;
  const kind = world.kind(resource);
  const object = world.server.state.get(
    kind,
    kind.namespaced ? 'default' : undefined,
    world.aliases.toActual(alias),
  );
  const found = lookUp(object, 'status.conditions');
  if (!Array.isArray(found)) return ['none'];
  return found.map((item: Fields) => {
    const updated =
      item.lastUpdateTime === undefined ? '' : ` updated ${valueText(item.lastUpdateTime, world.start)}`;
    const changed = `changed ${valueText(item.lastTransitionTime, world.start)}`;
    return world.aliases.toAlias(
      `${item.type}=${item.status} ${item.reason}: ${item.message} (${changed}${updated})`,
    );
  });
};

/** `measure external|RESOURCE/NAME METRIC VALUE [LABEL=…]`: what a metric of anything but pods is from now on. */
const measure: Handler = (world, { args }) => {
  const { named, plain } = options(args);
  const [of = '', metric = '', value = '0'] = plain;
  world.server.metrics = world.metrics;
  world.metrics.setOutside(of, metric, milli(value), Object.fromEntries(named));
  return [];
};

/** `refuse VERB RESOURCE REASON [times=1] [cause=NamespaceTerminating]` + the message. */
const refuse: Handler = (world, { args, input }) => {
  const { named, plain } = options(args);
  const [verb = 'create', resource = '', reason = 'Forbidden'] = plain;
  world.refuse({
    verb: verb as Command['verb'],
    // Requests of other APIs have no kind here: `podMetrics pods.metrics.k8s.io`.
    resource:
      resource.includes('.metrics.') || resource.includes('/') ? resource : world.kind(resource).resource,
    reason: reason as StatusReason,
    message: input.trim(),
    cause: named.get('cause'),
    times: Number(named.get('times') ?? '1'),
  });
  return [];
};

/** `1500m`, `2`, `64Mi`: in the smallest unit of its resource. */
function amountOf(resource: string, text: string): number {
  return resource === 'memory' ? whole(text) : milli(text);
}

/**
 * `usage PATTERN… cpu=200m [memory=64Mi] [NAME=10] [shared]`: what the pods use from now on, each, or with `shared`
 * the ready ones together; NAME is a custom metric. `usage off`: nothing is measured; `usage none`: nobody measures.
 */
const usage: Handler = (world, { args }) => {
  const { named, plain } = options(args);
  if (plain[0] === 'off' || plain[0] === 'none') {
    world.metrics.clear();
    world.server.metrics = plain[0] === 'off' ? world.metrics : undefined;
    return [];
  }
  world.server.metrics = world.metrics;
  const isShared = plain.includes('shared');
  const matchers = plain.filter((word) => word !== 'shared').map(glob);
  const fits = (pod: Pod): boolean => {
    const alias = world.aliases.toAlias(pod.metadata.name);
    return matchers.some((matcher) => matcher.test(alias));
  };
  for (const [name, text] of named) {
    const resource = name === 'cpu' || name === 'memory' ? name : { custom: name };
    world.metrics.set({ fits, resource, amount: amountOf(name, text), isShared });
  }
  return [];
};

/** `restart [watch-delay=2s] [latency=5ms] [events=off]`: the controllers crash and come back. */
const restart: Handler = (world, { args }) => {
  const { named } = options(args);
  const watchDelay = named.get('watch-delay');
  const latency = named.get('latency');
  const events = named.get('events');
  world.restart({
    ...(watchDelay === undefined ? {} : { watchDelay: durationOf(watchDelay) }),
    ...(latency === undefined ? {} : { latency: durationOf(latency) }),
    ...(events === undefined ? {} : { events: events !== 'off' }),
  });
  return [];
};

/** `crash`: the controllers are gone until `restart`. */
const crash: Handler = (world) => {
  world.crash();
  return [];
};

/** `nodes NAME…`: machines that have nothing but a name and a host label. */
const nodes: Handler = (world, { args }) =>
  args.flatMap((name) =>
    answer(
      world.request({
        verb: 'create',
        kind: NODE,
        object: {
          apiVersion: NODE.apiVersion,
          kind: NODE.kind,
          metadata: { name, labels: { 'kubernetes.io/hostname': name } },
          spec: {},
        } as NewObject,
      }),
      `created nodes ${name}`,
    ),
  );

/** `taint NODE KEY=VALUE:EFFECT…`: these taints and no others; `taint NODE` takes them all off. */
const taint: Handler = (world, { args }) => {
  const [name = '', ...texts] = args;
  const taints = texts.map((text) => {
    const [, key, value, effect] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
    if (key === undefined || effect === undefined) throw new Error(`"${text}" is no taint`);
    return { key, ...(value === undefined ? {} : { value }), effect };
  });
  const change = (stored: KubeObject): KubeObject =>
    merged(stored, { spec: { taints: taints.length === 0 ? null : taints } }) as KubeObject;
  return answer(
    world.request({ verb: 'patch', kind: NODE, namespace: undefined, name, change }),
    `tainted nodes ${name}`,
  );
};

/** One handler for each command. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  apply,
  conditions,
  crash,
  delete: remove,
  get,
  nodes,
  patch,
  'pod-life': podLife,
  pods,
  refuse,
  restart,
  run,
  scale,
  taint,
  usage,
  measure,
};
