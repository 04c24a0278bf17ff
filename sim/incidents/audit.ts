import type { Kind } from '../../core/kinds/kind.ts';
import { kindByResource, NODE, POD } from '../../core/kinds/registry.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import { readManifest } from '../scenario/manifest.ts';
import { kindByWord } from '../scenario/resource-name.ts';
import { type AuditEvent, readAuditEvent } from './audit-event.ts';
import { isOwned, labelsOf, typed } from './audit-objects.ts';
import { cleanObject, type Fields } from './clean-object.ts';
import { objectId, SYSTEM_NAMESPACES } from './dump.ts';
import type { Findings } from './findings.ts';
import { mergeDiff } from './merge-diff.ts';
import { NodeFailures } from './node-failures.ts';
import { patchedBy } from './patched.ts';
import { isSystemUser } from './users.ts';

/** A line of the timeline as it would be written, without its `at`. */
export interface ImportedEntry {
  readonly t: Micros;
  readonly entry: Fields;
}

export interface ImportedAudit {
  readonly entries: readonly ImportedEntry[];
  /** Namespaces that are used and that nothing creates. */
  readonly namespaces: readonly string[];
  /** Of the first and the last event that could be read; absent where there was none. */
  readonly first: Micros | undefined;
  readonly last: Micros | undefined;
  /** Requests that became entries. */
  readonly used: number;
}

/** What an import knows of the cluster before the log begins. */
export interface KnownCluster {
  /** By `resource namespace/name`. */
  readonly objects: ReadonlyMap<string, Fields>;
  /** Those of them that the scenario applies. */
  readonly applied: ReadonlySet<string>;
  /** What a node is called in the simulation. */
  readonly nodeNames: ReadonlyMap<string, string>;
}

const ALIVE_ONLY = ['Event', 'Lease', 'EndpointSlice', 'Endpoints'];
/** Evictions so long after the cordon of their node are no drain any more. */
const DRAIN_WITHIN: Micros = 60 * MINUTE;
const NODE_UNKNOWN = 'requests for nodes that are not known from a dump';
const OBJECT_UNKNOWN = 'requests for objects that are not known: give a dump from before the log';
const OTHER_NAMES = 'requests for pods of controllers, which have other names in a simulation';

interface Cordon {
  readonly place: number;
  readonly t: Micros;
  readonly node: string;
}

/** Why a request becomes no entry; nothing where it did. */
type Left = string | undefined;

class Importer {
  readonly entries: ImportedEntry[] = [];
  readonly namespaces = new Set<string>();
  used = 0;
  private readonly findings: Findings;
  private readonly objects: Map<string, Fields>;
  private readonly applied: Set<string>;
  private readonly nodeNames: ReadonlyMap<string, string>;
  /** By the node's name in the log: the newest cordon. */
  private readonly cordons = new Map<string, Cordon>();
  private readonly failures: NodeFailures;

  constructor(known: KnownCluster, findings: Findings) {
    this.findings = findings;
    this.objects = new Map(known.objects);
    this.applied = new Set(known.applied);
    this.nodeNames = known.nodeNames;
    this.failures = new NodeFailures(known.nodeNames);
  }

  finish(): void {
    for (const { t, entry } of this.failures.finish()) this.add(t, entry);
  }

  take(event: AuditEvent): void {
    const left = this.use(event);
    if (left !== undefined) this.findings.add(left, event.where);
  }

  private use(event: AuditEvent): Left {
    const kind = kindByResource(event.resource);
    if (event.code >= 400) return 'requests that the API server refused';
    if (/[?&]dryRun=/.test(event.uri)) return 'dry runs';
    if (isSystemUser(event.user)) {
      this.failures.observe(event);
      if (kind !== undefined) this.remember(kind, event);
      return 'requests of components, which the simulation makes by itself';
    }
    if (kind === undefined) return `requests for a kind that is not known here: ${event.resource}`;
    if (ALIVE_ONLY.includes(kind.kind)) return 'requests for events and heartbeats';
    if (event.name === '' && event.verb !== 'deletecollection') {
      return 'requests without a name and a body (level Metadata)';
    }
    if (event.subresource !== undefined) return this.takeSubresource(kind, event);
    switch (event.verb) {
      case 'create':
        return this.create(kind, event);
      case 'update':
        return this.update(kind, event);
      case 'patch':
        return this.patch(kind, event);
      case 'delete':
        return this.remove(kind, event);
      default:
        return this.removeAll(kind, event);
    }
  }

  private add(t: Micros, entry: Fields): undefined {
    this.entries.push({ t, entry });
    this.used += 1;
  }

  private id(kind: Kind, { namespace, name }: AuditEvent): string {
    return objectId(kind.resource, namespace, name);
  }

  /** What the log says of an object, whoever wrote it. */
  private remember(kind: Kind, event: AuditEvent): void {
    const id = this.id(kind, event);
    if (event.subresource !== undefined && event.response?.kind !== kind.kind) {
      this.rememberBinding(kind, event, id);
      return;
    }
    if (event.verb === 'delete') {
      if (event.response?.kind !== kind.kind) this.objects.delete(id);
      return;
    }
    const body = event.response ?? (event.verb === 'patch' ? undefined : event.request);
    if (isJsonObject(body)) this.objects.set(id, typed(kind, body));
  }

  private rememberBinding(kind: Kind, event: AuditEvent, id: string): void {
    const pod = this.objects.get(id);
    const target = isJsonObject(event.request) ? event.request.target : undefined;
    if (kind !== POD || event.subresource !== 'binding' || pod === undefined || !isJsonObject(target)) return;
    const spec = isJsonObject(pod.spec) ? pod.spec : {};
    this.objects.set(id, { ...pod, spec: { ...spec, nodeName: target.name } });
  }

  /** How the timeline calls the target, or why it can't be named. */
  private target(kind: Kind, event: AuditEvent): string | { readonly left: string } {
    const { namespace, name } = event;
    if (kind === NODE) {
      const known = this.nodeNames.get(name);
      return known === undefined ? { left: NODE_UNKNOWN } : `node/${known}`;
    }
    if (!this.applied.has(this.id(kind, event))) return { left: kind === POD ? OTHER_NAMES : OBJECT_UNKNOWN };
    const isPlain = kind.group === '' || kindByWord(kind.singular) === kind;
    const word = isPlain ? kind.singular : `${kind.singular}.${kind.group}`;
    return namespace === undefined ? `${word}/${name}` : `${word}/${namespace}/${name}`;
  }

  private create(kind: Kind, event: AuditEvent): Left {
    const body = isJsonObject(event.request) ? event.request : event.response;
    if (body === undefined) return 'requests without a body (level Metadata)';
    return this.applyWhole(kind, event, body);
  }

  private applyWhole(kind: Kind, event: AuditEvent, body: Fields): Left {
    const written = typed(kind, body);
    if (isOwned(written)) return 'objects that a controller makes again';
    const cleaned = cleanObject(written);
    const metadata: Fields = {
      ...(isJsonObject(cleaned.metadata) ? cleaned.metadata : {}),
      name: event.name,
      ...(event.namespace === undefined ? {} : { namespace: event.namespace }),
    };
    const manifest: Fields = { ...cleaned, metadata };
    const read = readManifest(manifest);
    if (!read.ok) {
      const [problem] = read.problems;
      return `objects that are not valid: ${problem?.path.join('.') ?? ''} ${problem?.message ?? ''}`;
    }
    if (event.namespace !== undefined) this.useNamespace(event.namespace);
    const id = this.id(kind, event);
    this.objects.set(id, event.response === undefined ? written : typed(kind, event.response));
    this.applied.add(id);
    return this.add(event.t, { apply: manifest });
  }

  private useNamespace(name: string): void {
    if (!SYSTEM_NAMESPACES.includes(name) && !this.applied.has(objectId('namespaces', undefined, name))) {
      this.namespaces.add(name);
    }
  }

  private update(kind: Kind, event: AuditEvent): Left {
    const body = isJsonObject(event.request) ? event.request : event.response;
    if (body === undefined) return 'requests without a body (level Metadata)';
    const id = this.id(kind, event);
    const before = this.objects.get(id);
    if (kind !== NODE && (before === undefined || !this.applied.has(id)))
      return this.applyWhole(kind, event, body);
    if (before === undefined) return NODE_UNKNOWN;
    const after = typed(kind, body);
    return this.change(
      kind,
      event,
      mergeDiff(cleanObject(before), cleanObject(after)),
      typed(kind, event.response ?? body),
    );
  }

  private patch(kind: Kind, event: AuditEvent): Left {
    const id = this.id(kind, event);
    // Server-side apply creates what is not there.
    const isNew = !this.objects.has(id) && !this.applied.has(id) && kind !== NODE && kind !== POD;
    if (isNew && isJsonObject(event.request) && event.request.kind === kind.kind) {
      return this.applyWhole(kind, event, event.response ?? event.request);
    }
    const known = this.objects.get(id);
    const answer = event.response === undefined ? undefined : typed(kind, event.response);
    const patched = patchedBy(event.request ?? undefined, known, answer);
    if (!patched.ok) return patched.problem;
    return this.change(kind, event, patched.patch, typed(kind, patched.after));
  }

  /** One merge patch of an object that is there, in the words of the timeline. */
  private change(kind: Kind, event: AuditEvent, patch: Fields | undefined, after: Fields): Left {
    if (patch === undefined) return 'requests that change nothing of what people write';
    const target = this.target(kind, event);
    if (typeof target !== 'string') return target.left;
    this.objects.set(this.id(kind, event), after);
    const spec = isJsonObject(patch.spec) ? patch.spec : undefined;
    if (kind === NODE && spec !== undefined && 'unschedulable' in spec) {
      const node = target.slice('node/'.length);
      if (spec.unschedulable === true) {
        this.cordons.set(event.name, { place: this.entries.length, t: event.t, node });
        return this.add(event.t, { cordon: node });
      }
      this.cordons.delete(event.name);
      return this.add(event.t, { uncordon: node });
    }
    const isScale = Object.keys(patch).length === 1 && spec !== undefined && Object.keys(spec).length === 1;
    if (isScale && typeof spec.replicas === 'number') {
      return this.add(event.t, { scale: target, replicas: spec.replicas });
    }
    return this.add(event.t, { patch: target, with: patch });
  }

  private takeSubresource(kind: Kind, event: AuditEvent): Left {
    if (event.subresource === 'scale') return this.scale(kind, event);
    if (event.subresource === 'eviction') return this.evict(event);
    if (event.subresource === 'status') return 'writes of status, which the simulation makes by itself';
    return `requests for ${event.resource}/${event.subresource}`;
  }

  private scale(kind: Kind, event: AuditEvent): Left {
    const bodies = [event.request, event.response];
    const replicas = bodies
      .map((body) => (isJsonObject(body) && isJsonObject(body.spec) ? body.spec.replicas : undefined))
      .find((value) => typeof value === 'number');
    if (replicas === undefined) return 'requests without a body (level Metadata)';
    const target = this.target(kind, event);
    if (typeof target !== 'string') return target.left;
    const id = this.id(kind, event);
    const known = this.objects.get(id);
    if (known !== undefined) {
      this.objects.set(id, { ...known, spec: { ...(isJsonObject(known.spec) ? known.spec : {}), replicas } });
    }
    return this.add(event.t, { scale: target, replicas });
  }

  private evict(event: AuditEvent): Left {
    const pod = this.objects.get(objectId('pods', event.namespace, event.name));
    const node = isJsonObject(pod?.spec) ? `${pod.spec.nodeName}` : '';
    const cordon = this.cordons.get(node);
    if (cordon === undefined || event.t - cordon.t > DRAIN_WITHIN) return OTHER_NAMES;
    // `kubectl drain` cordons the node, then evicts its pods.
    const entry = { drain: cordon.node, ignoreDaemonSets: true, deleteEmptyDirData: true, force: true };
    this.entries[cordon.place] = { t: cordon.t, entry };
    return 'evictions, which the drain of their node makes';
  }

  private remove(kind: Kind, event: AuditEvent): Left {
    const target = this.target(kind, event);
    if (typeof target !== 'string') return target.left;
    const options = isJsonObject(event.request) ? event.request : {};
    const { propagationPolicy, gracePeriodSeconds } = options;
    this.forget(kind, event.namespace, event.name);
    return this.add(event.t, {
      delete: target,
      ...(typeof propagationPolicy === 'string' ? { propagationPolicy } : {}),
      ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    });
  }

  private forget(kind: Kind, namespace: string | undefined, name: string): void {
    const id = objectId(kind.resource, namespace, name);
    this.applied.delete(id);
    this.objects.delete(id);
    if (kind.resource !== 'namespaces') return;
    for (const other of this.applied) {
      if (other.includes(` ${name}/`)) this.applied.delete(other);
    }
  }

  /** A deletion of all objects of a kind and namespace that have some labels is one for each that is there. */
  private removeAll(kind: Kind, event: AuditEvent): Left {
    const query = event.uri.includes('?') ? event.uri.slice(event.uri.indexOf('?') + 1) : '';
    const selector = /(?:^|&)labelSelector=([^&]*)/.exec(query)?.[1];
    if (/(?:^|&)fieldSelector=/.test(query)) return 'deletions of collections by fields';
    const wanted = labelsOf(selector);
    if (wanted === undefined) return 'deletions of collections by other than equal labels';
    const prefix = `${kind.resource} ${event.namespace === undefined ? '' : `${event.namespace}/`}`;
    const found = [...this.applied].filter((id) => {
      if (!id.startsWith(prefix)) return false;
      const metadata = this.objects.get(id)?.metadata;
      const labels = isJsonObject(metadata) && isJsonObject(metadata.labels) ? metadata.labels : {};
      return wanted.every(([name, value]) => labels[name] === value);
    });
    if (found.length === 0) return 'deletions of collections of which nothing is known';
    for (const id of found.sort()) {
      const key = id.slice(kind.resource.length + 1);
      const slash = key.indexOf('/');
      const name = key.slice(slash + 1);
      this.remove(kind, {
        ...event,
        name,
        namespace: slash < 0 ? undefined : key.slice(0, slash),
        request: undefined,
      });
    }
    return undefined;
  }
}

/** One line of an audit log: its text as data, or that it is none. */
export interface AuditLine {
  readonly raw: unknown;
  readonly where: string;
}

/** An event this much earlier than one before it is told of: an audit log is written as requests end. */
const OUT_OF_ORDER: Micros = 5 * SECOND;

/** What people did, as the audit log has it: in order of time, in the words of a scenario's timeline. */
export function importAudit(
  lines: Iterable<AuditLine>,
  known: KnownCluster,
  findings: Findings,
): ImportedAudit {
  const events: AuditEvent[] = [];
  let newest = 0;
  for (const { raw, where } of lines) {
    for (const single of isJsonObject(raw) && Array.isArray(raw.items)
      ? (raw.items as readonly unknown[])
      : [raw]) {
      const read = readAuditEvent(single, where);
      if (read.ok) {
        if (read.event.t < newest - OUT_OF_ORDER)
          findings.add('events out of order, which were put into it', where);
        newest = Math.max(newest, read.event.t);
        events.push(read.event);
      } else findings.add('problem' in read ? read.problem : read.ignored, where);
    }
  }
  const ordered = events
    .map((event, index) => ({ event, index }))
    .sort((a, b) => a.event.t - b.event.t || a.index - b.index);
  const importer = new Importer(known, findings);
  for (const { event } of ordered) importer.take(event);
  importer.finish();
  const entries = importer.entries
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => a.entry.t - b.entry.t || a.index - b.index);
  return {
    entries: entries.map(({ entry }) => entry),
    namespaces: [...importer.namespaces].sort(),
    first: ordered[0]?.event.t,
    last: ordered.at(-1)?.event.t,
    used: importer.used,
  };
}
