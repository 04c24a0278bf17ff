import { useMemo, useState } from 'preact/hooks';
import { type KubeObject, objectKey } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS, NODE, POD } from '../../core/kinds/registry.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import type { State } from '../../core/store/state.ts';
import { humanDuration } from '../../core/text/human-duration.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import { isNodeReady } from '../map/node-status.ts';
import { podStanding, STANDING_TEXT } from '../map/pod-status.ts';
import type { PageState } from './page-state.ts';

const ROWS_MAX = 300;

/** What most people look for first, in this order; all others are there by their kind. */
const USUAL = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Pod', 'Node', 'Service', 'ReplicaSet'];
const USUAL_KINDS = USUAL.flatMap((name) => KINDS.find(({ kind }) => kind === name) ?? []);

interface Row {
  readonly kind: Kind;
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: string;
  readonly tone: '' | 'good' | 'warn' | 'bad';
  readonly age: string;
}

interface WithReplicas {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

function statusOf(kind: Kind, object: KubeObject): Pick<Row, 'status' | 'tone'> {
  if (kind === POD) {
    const standing = podStanding(object as Pod);
    const isBad = standing === 'failing' || standing === 'failed';
    return { status: STANDING_TEXT[standing], tone: standing === 'ready' ? 'good' : isBad ? 'bad' : 'warn' };
  }
  if (kind === NODE) {
    const isReady = isNodeReady(object as Node);
    return { status: isReady ? 'ready' : 'not ready', tone: isReady ? 'good' : 'bad' };
  }
  const { spec, status } = object as WithReplicas;
  if (spec?.replicas !== undefined && status !== undefined) {
    const ready = status.readyReplicas ?? 0;
    return { status: `${ready}/${spec.replicas} ready`, tone: ready >= spec.replicas ? 'good' : 'warn' };
  }
  return { status: '', tone: '' };
}

function rowOf(kind: Kind, object: KubeObject, now: Micros): Row {
  const { namespace, name, creationTimestamp } = object.metadata;
  const created = creationTimestamp === undefined ? undefined : parseRfc3339(creationTimestamp);
  const age = created === undefined ? '' : humanDuration(now - created);
  return {
    kind,
    key: objectKey(namespace, name),
    namespace: namespace ?? '',
    name,
    age,
    ...statusOf(kind, object),
  };
}

/** Rows that hold every word of the filter. */
function rowsOf(
  state: State,
  kindWanted: string,
  filter: string,
  now: Micros,
): { rows: Row[]; total: number } {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: Row[] = [];
  let total = 0;
  const kinds = kindWanted === '' ? USUAL_KINDS : KINDS.filter(({ resource }) => resource === kindWanted);
  for (const kind of kinds) {
    for (const object of state.list(kind)) {
      const { namespace = '', name, labels = {} } = object.metadata;
      const labelText = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
      const text = `${kind.kind}/${name} ${namespace} ${labelText.join(' ')}`.toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
      total++;
      if (rows.length < ROWS_MAX) rows.push(rowOf(kind, object, now));
    }
  }
  return { rows, total };
}

export function ObjectList({ page }: { page: PageState }) {
  const [filter, setFilter] = useState('');
  const [kind, setKind] = useState('');
  const now = page.now.value;
  const position = page.position.value;
  const { state } = page.model.machine;
  // The state is another one at another position.
  const kinds = useMemo(() => KINDS.filter((candidate) => state.count(candidate) > 0), [state, position]);
  // The state is another one at another position.
  const { rows, total } = useMemo(
    () => rowsOf(state, kind, filter, now),
    [state, kind, filter, now, position],
  );
  return (
    <div class="objects">
      <div class="filters">
        <input
          type="search"
          placeholder="Filter by name, namespace or label"
          aria-label="Filter objects"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <select aria-label="Kind" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          <option value="">Workloads and nodes</option>
          {kinds.map((candidate) => (
            <option key={candidate.resource} value={candidate.resource}>
              {candidate.kind} ({state.count(candidate)})
            </option>
          ))}
        </select>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Age
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.kind.resource} ${row.key}`}>
              <td class="kind">{row.kind.kind}</td>
              <td>
                <button
                  type="button"
                  class="link"
                  title={row.namespace === '' ? row.name : `${row.name}, in ${row.namespace}`}
                  onClick={() => page.select({ type: 'object', resource: row.kind.resource, key: row.key })}
                >
                  {row.name}
                </button>
              </td>
              <td class={row.tone}>{row.status}</td>
              <td class="number">{row.age}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > rows.length && <p class="empty">and {total - rows.length} more: filter to see them</p>}
      {total === 0 && <p class="empty">There is no such object at this time.</p>}
    </div>
  );
}
