import { isJsonObject } from '../../core/schema/decoding.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { AuditEvent } from './audit-event.ts';
import type { Fields } from './clean-object.ts';

/** `--node-monitor-grace-period`: a node was silent for at least this long before it was marked. */
const GRACE: Micros = 50 * SECOND;
const NODE_USER = 'system:node:';

interface Failure {
  readonly node: string;
  readonly since: Micros;
}

/**
 * Nodes that fell silent, as the log shows it: the node controller marks them `Unknown`, and later their kubelet is
 * heard of again. In a scenario that is a crash of the node.
 */
export class NodeFailures {
  private readonly nodeNames: ReadonlyMap<string, string>;
  private readonly lastHeard = new Map<string, Micros>();
  private readonly open = new Map<string, Failure>();
  private readonly entries: { readonly t: Micros; readonly entry: Fields }[] = [];

  constructor(nodeNames: ReadonlyMap<string, string>) {
    this.nodeNames = nodeNames;
  }

  observe(event: AuditEvent): void {
    if (event.user.startsWith(NODE_USER)) {
      const name = event.user.slice(NODE_USER.length);
      this.lastHeard.set(name, event.t);
      this.end(name, event.t);
      return;
    }
    if (
      event.resource === 'nodes' &&
      event.subresource === 'status' &&
      isSilent(event.response ?? event.request)
    ) {
      const node = this.nodeNames.get(event.name);
      if (node === undefined || this.open.has(event.name)) return;
      const since = Math.max(this.lastHeard.get(event.name) ?? 0, event.t - GRACE);
      this.open.set(event.name, { node, since });
    }
  }

  private end(name: string, t: Micros): void {
    const failure = this.open.get(name);
    if (failure === undefined) return;
    this.open.delete(name);
    this.entries.push(entryOf(failure, t - failure.since));
  }

  finish(): readonly { readonly t: Micros; readonly entry: Fields }[] {
    return [...this.entries, ...[...this.open.values()].map((failure) => entryOf(failure, undefined))];
  }
}

function entryOf({ node, since }: Failure, lasted: Micros | undefined) {
  return {
    t: since,
    entry: { fault: 'node-crash', node, ...(lasted === undefined ? {} : { for: lasted }) },
  };
}

function isSilent(node: unknown): boolean {
  const status = isJsonObject(node) && isJsonObject(node.status) ? node.status : {};
  const conditions = Array.isArray(status.conditions) ? (status.conditions as readonly unknown[]) : [];
  return conditions.some(
    (condition) => isJsonObject(condition) && condition.type === 'Ready' && condition.status === 'Unknown',
  );
}
