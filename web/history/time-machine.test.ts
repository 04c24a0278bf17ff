import { describe, expect, test } from 'vitest';
import { KINDS } from '../../core/kinds/registry.ts';
import { State } from '../../core/store/state.ts';
import { recordExample } from '../testing/recorded.ts';
import { TimeMachine } from './time-machine.ts';

const { records } = recordExample('shop');

function contentOf(state: State): unknown {
  return KINDS.map((kind) => [kind.resource, state.list(kind), state.count(kind)]);
}

/** The plain way: from the start. */
function folded(position: number): State {
  const state = new State();
  for (const record of records.slice(0, position)) if (record.type === 'event') state.apply(record);
  return state;
}

describe('moving through a history', () => {
  test('wherever it comes from, the state is that of a fold from the start', () => {
    const machine = new TimeMachine(records);
    const places = [0, 300, 299, 10, records.length, 500, 501, 20, records.length + 9, 1, 0, 700];
    for (const place of places) {
      machine.moveTo(place);
      const position = Math.min(place, records.length);
      expect(machine.position).toBe(position);
      expect(contentOf(machine.state)).toEqual(contentOf(folded(position)));
    }
  });

  test('objects come back as the very ones that they were, at their slots', () => {
    const machine = new TimeMachine(records);
    machine.moveTo(records.length);
    const before = contentOf(machine.state);
    const slots = KINDS.map((kind) =>
      machine.state
        .list(kind)
        .map(({ metadata: { namespace, name } }) =>
          machine.state.slotOf(kind, namespace === undefined ? name : `${namespace}/${name}`),
        ),
    );
    machine.moveTo(0);
    machine.moveTo(records.length);
    expect(contentOf(machine.state)).toEqual(before);
    expect(
      KINDS.map((kind) =>
        machine.state
          .list(kind)
          .map(({ metadata: { namespace, name } }) =>
            machine.state.slotOf(kind, namespace === undefined ? name : `${namespace}/${name}`),
          ),
      ),
    ).toEqual(slots);
  });

  test('a time stands for all records up to it and with it', () => {
    const machine = new TimeMachine(records);
    for (const t of [0, records[0]?.t ?? 0, records[400]?.t ?? 0, (records[400]?.t ?? 0) - 1, Infinity]) {
      expect(machine.positionAt(t)).toBe(records.filter((record) => record.t <= t).length);
    }
  });
});
