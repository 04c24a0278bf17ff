import { hasTaint, TO_BE_DELETED } from '../../controllers/autoscaling/cluster-taints.ts';
import { NODE } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import type { Note, Observer } from './note.ts';

function readiness(node: Node | undefined): string | undefined {
  return node?.status.conditions?.find((condition) => condition.type === 'Ready')?.status;
}

/** Nodes that become ready, fall silent, or go. */
export const nodeObserver: Observer = {
  observe: (record: LogRecord, note: (note: Note) => void) => {
    if (record.type !== 'event' || record.kind !== NODE) return;
    const { rv, t } = record;
    const previous = record.previous as Node | undefined;
    const next = record.next as Node | undefined;
    const name = (next ?? previous)?.metadata.name ?? record.key;
    // A node that is being removed falls silent and goes: no news, and no trouble.
    const isRemoved = previous !== undefined && hasTaint(previous, TO_BE_DELETED);
    if (next === undefined) {
      note({
        t,
        rv,
        tone: isRemoved ? 'neutral' : 'bad',
        group: 'nodes-gone',
        text: `node ${name} is gone`,
        together: (n) => `${n} nodes are gone`,
      });
      return;
    }
    const now = readiness(next);
    if (now === readiness(previous)) return;
    if (now === 'True') {
      const text = `node ${name} is Ready`;
      note({ t, rv, tone: 'good', group: 'nodes-ready', text, together: (n) => `${n} nodes are Ready` });
    } else if (previous !== undefined && readiness(previous) === 'True' && !isRemoved) {
      const reason = now === 'Unknown' ? ': its kubelet stopped posting status' : '';
      const text = `node ${name} is NotReady${reason}`;
      note({
        t,
        rv,
        tone: 'bad',
        group: 'nodes-not-ready',
        text,
        together: (n) => `${n} nodes are NotReady`,
      });
    }
  },
};
