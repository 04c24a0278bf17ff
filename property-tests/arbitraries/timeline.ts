import fc from 'fast-check';
import { MILLISECOND, type Micros, SECOND } from '../../core/time.ts';
import type { Action, TimelineEntry } from '../../sim/scenario/scenario.ts';
import { fault } from './fault.ts';
import { SOURCE } from './objects.ts';
import { operation } from './operation.ts';
import type { Place } from './place.ts';

/** The manifests are applied after one second; the first pods are ready some seconds later. */
const FIRST: Micros = 2 * SECOND;
/** What is done happens in the first three minutes, and no fault of the generator lasts longer than three. */
const DISTURBED_FOR: Micros = 180 * SECOND;

/** Many moments close together, and some far apart: races need neighbours. */
const at: fc.Arbitrary<Micros> = fc.oneof(
  fc.integer({ min: FIRST / MILLISECOND, max: DISTURBED_FOR / MILLISECOND }).map((ms) => ms * MILLISECOND),
  fc.integer({ min: FIRST / SECOND, max: 60 }).map((seconds) => seconds * SECOND),
);

interface Drawn {
  readonly at: Micros;
  readonly action: Action;
}

function targetOf(action: Action): string | undefined {
  return 'target' in action ? action.target.name : undefined;
}

/** Leaves out what would find nothing: what is done to a Deployment that was deleted and not applied again. */
function possible(drawn: readonly Drawn[]): readonly Drawn[] {
  const deleted = new Set<string>();
  return drawn.filter(({ action }) => {
    if (action.op === 'apply') {
      for (const { object } of action.objects) deleted.delete(object.metadata.name ?? '');
      return true;
    }
    const name = targetOf(action);
    if (name === undefined) return true;
    if (deleted.has(name)) return false;
    if (action.op === 'delete') deleted.add(name);
    return true;
  });
}

/** What users do and what befalls a cluster, in the order of time. */
export function timeline(place: Place, entriesMax: number): fc.Arbitrary<readonly TimelineEntry[]> {
  const ops = operation(place);
  const action: fc.Arbitrary<Action> = ops === undefined ? fault(place) : fc.oneof(ops, fault(place));
  return fc.array(fc.record({ at, action }), { maxLength: entriesMax, size: 'max' }).map((drawn) => {
    const sorted = drawn
      .map((entry, index) => ({ ...entry, index }))
      .sort((a, b) => a.at - b.at || a.index - b.index);
    return possible(sorted).map(({ at, action }): TimelineEntry => ({ at, source: SOURCE, action }));
  });
}
