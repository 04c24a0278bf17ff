import { expect, it } from 'vitest';
import { NODE } from '../../core/kinds/registry.ts';
import { MINUTE } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';

/** When each node is ready, minute by minute: `1111100111`. */
function readiness(timeline: readonly object[]): Readonly<Record<string, string>> {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'overlapping' },
    spec: {
      duration: '12m',
      cluster: { nodeGroups: [{ name: 'n', count: 2, zones: ['a', 'b'] }] },
      timeline,
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { scenario } = read;
  const seen: Record<string, string> = {};
  runScenario(scenario, {
    onProgress: (now, { view }) => {
      if ((now - scenario.startTime) % MINUTE !== 0) return false;
      for (const { metadata, status } of view.list(NODE)) {
        const ready = status.conditions?.some(
          (condition) => condition.type === 'Ready' && condition.status === 'True',
        );
        seen[metadata.name] = `${seen[metadata.name] ?? ''}${ready === true ? '1' : '0'}`;
      }
      return false;
    },
  });
  return seen;
}

it.each<[string, readonly object[], string]>([
  ['one after the other', [{ at: '2m', fault: 'node-crash', node: 'n-2', for: '2m' }], '110011111111'],
  [
    'a crash within an outage: the zone still has no power',
    [
      { at: '2m', fault: 'zone-outage', zone: 'b', for: '6m' },
      { at: '3m', fault: 'node-crash', node: 'n-2', for: '1m' },
    ],
    '110000001111',
  ],
  [
    'an outage within a crash: the machine is still broken',
    [
      { at: '2m', fault: 'node-crash', node: 'n-2', for: '6m' },
      { at: '3m', fault: 'zone-outage', zone: 'b', for: '1m' },
    ],
    '110000001111',
  ],
  [
    'two outages of one zone',
    [
      { at: '2m', fault: 'zone-outage', zone: 'b', for: '3m' },
      { at: '3m', fault: 'zone-outage', zone: 'b', for: '5m' },
    ],
    '110000001111',
  ],
])('%s', (_name, timeline, seen) => {
  expect(readiness(timeline)).toEqual({ 'n-1': '111111111111', 'n-2': seen });
});
