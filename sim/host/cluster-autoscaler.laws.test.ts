import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { MINUTE } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { budget, group, scenarioOf, web } from '../testing/autoscaled-run.ts';
import { loggedRun } from '../testing/logged-run.ts';

interface Drawn {
  readonly seed: number;
  readonly groups: readonly { readonly count: number; readonly room: number; readonly cpu: number }[];
  readonly steps: readonly { readonly minute: number; readonly replicas: number }[];
  readonly minAvailable: number | undefined;
  readonly crash: number | undefined;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  seed: fc.nat(1000),
  groups: fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      room: fc.integer({ min: 8, max: 12 }),
      cpu: fc.integer({ min: 2, max: 6 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  steps: fc.array(
    fc.record({ minute: fc.integer({ min: 1, max: 60 }), replicas: fc.integer({ min: 0, max: 12 }) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
  minAvailable: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  // A node that dies in its first two minutes counts as one that is only starting, for a quarter of an hour.
  crash: fc.option(fc.integer({ min: 3, max: 40 }), { nil: undefined }),
});

function scenarioFrom({ seed, groups, steps, minAvailable, crash }: Drawn): Scenario {
  return scenarioOf({
    minutes: 90,
    seed,
    groups: groups.map(({ count, room, cpu }, i) =>
      group(`g${i}`, count, count + room, { machine: { cpu }, zones: ['a', 'b'] }),
    ),
    manifests: [web(4, '900m'), ...(minAvailable === undefined ? [] : [budget(minAvailable)])],
    settings: { expander: 'random', 'scale-down-delay-after-add': '3m', 'scale-down-unneeded-time': '4m' },
    timeline: [
      ...steps.map(({ minute, replicas }) => ({ at: `${minute}m`, scale: 'deployment/web', replicas })),
      ...(crash === undefined ? [] : [{ at: `${crash}m1s`, fault: 'node-crash', node: 'g0-1', for: '45m' }]),
    ],
  });
}

describe('whatever is asked of it', () => {
  it('keeps every group within its bounds, and lets no pod wait for longer than a machine takes to boot', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const scenario = scenarioFrom(given);
        const waiting = new Map<string, number>();
        const { simulation } = runScenario(scenario, {
          onStart: ({ cloud }) =>
            cloud.listen(() => {
              for (const { name, min, max } of scenario.cluster.nodeGroups) {
                expect(cloud.sizeOf(name)).toBeLessThanOrEqual(max);
                expect(cloud.sizeOf(name)).toBeGreaterThanOrEqual(min);
              }
            }),
          sinks: [
            (record) => {
              if (record.type !== 'event' || record.kind !== POD) return;
              const pod = record.next as Pod | undefined;
              if (
                pod === undefined ||
                pod.spec.nodeName !== undefined ||
                pod.metadata.deletionTimestamp !== undefined
              ) {
                const since = waiting.get(record.key);
                waiting.delete(record.key);
                if (since !== undefined && pod?.spec.nodeName !== undefined) {
                  expect(record.t - since).toBeLessThan(3 * MINUTE);
                }
              } else if (!waiting.has(record.key)) {
                waiting.set(record.key, record.t);
              }
            },
          ],
        });
        for (const since of waiting.values()) expect(simulation.now - since).toBeLessThan(3 * MINUTE);
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  it('a scan that is left out would have come to nothing', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const scenario = scenarioFrom(given);
        const usual = loggedRun(scenario);
        const eager = loggedRun(scenario, {
          onStart: ({ clusterAutoscaler }) => {
            if (clusterAutoscaler !== undefined) clusterAutoscaler.leavesNoScanOut = true;
          },
        });
        expect(eager.text).toBe(usual.text);
        const scans = (run: typeof usual): number => run.outcome.simulation.clusterAutoscaler?.scans ?? 0;
        expect(scans(eager)).toBeGreaterThan(scans(usual));
      }),
      { numRuns: 15, seed: 12 },
    );
  });
});
