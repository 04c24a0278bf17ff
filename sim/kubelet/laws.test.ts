import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ContainerStatus, Pod } from '../../core/schema/types.generated.ts';
import { parseRfc3339, SECOND } from '../../core/time.ts';
import type * as scenario from '../scenario/scenario.ts';
import { NodeWorld } from './testing/node-world.ts';

const ORDER = ['Pending', 'Running', 'Succeeded', 'Failed'];

function spread(min: number, max: number): fc.Arbitrary<scenario.TimeSpread> {
  return fc.integer({ min, max }).map((seconds) => ({ p50: seconds * SECOND, p99: seconds * 2 * SECOND }));
}

const behavior = fc.record(
  {
    match: fc.constant({}),
    startup: spread(0, 30),
    shutdown: spread(0, 50),
    exit: fc.record({ after: spread(1, 40), code: fc.constantFrom(0, 1, 137) }),
    unhealthy: fc.array(fc.record({ after: fc.integer({ min: 0, max: 60 * SECOND }) }), { maxLength: 1 }),
  },
  { requiredKeys: ['match'] },
);

type Step = 'crash' | 'recover' | 'partition' | 'heal' | 'kill' | 'delete' | 'outage' | 'restore';
const steps = fc.array(
  fc.record({
    wait: fc.integer({ min: 1, max: 90 }),
    step: fc.constantFrom<Step>(
      'crash',
      'recover',
      'partition',
      'heal',
      'kill',
      'delete',
      'outage',
      'restore',
    ),
  }),
  { maxLength: 8 },
);

function act(world: NodeWorld, step: Step): void {
  if (step === 'crash') world.crash();
  else if (step === 'recover') world.recover();
  else if (step === 'partition') world.partition();
  else if (step === 'heal') world.heal();
  else if (step === 'outage') world.registry.fail('*');
  else if (step === 'restore') world.registry.restore('*');
  else if (step === 'delete' && world.get('web') !== undefined) world.delete('web');
  else if (step === 'kill') {
    world.kubelet.killContainer('default/web', undefined, { exitCode: 1 }, world.stimulus('kill'));
  }
}

/** A restart that comes sooner after an end than its back-off allows; a first restart may come at once. */
function tooSoon(before: ContainerStatus | undefined, after: ContainerStatus | undefined): boolean {
  const ended = after?.lastState?.terminated;
  const started = after?.state?.running?.startedAt;
  if (before === undefined || ended?.finishedAt === undefined || started === undefined) return false;
  return parseRfc3339(started)! < parseRfc3339(ended.finishedAt)!;
}

it('phases only go forward, counts of restarts only up, and nothing restarts before it has ended', () => {
  fc.assert(
    fc.property(
      behavior,
      fc.constantFrom<'Always' | 'OnFailure' | 'Never'>('Always', 'OnFailure', 'Never'),
      fc.boolean(),
      steps,
      fc.integer({ min: 0, max: 1000 }),
      (given, restartPolicy, probed, plan, seed) => {
        const world = new NodeWorld({ behaviors: [given], settings: { events: false }, seed });
        const probe = { httpGet: { port: 80 }, periodSeconds: 5 };
        const probes = probed ? { readinessProbe: probe, livenessProbe: probe } : {};
        world.pod('web', { restartPolicy, containers: [{ name: 'c', image: 'nginx', ...probes }] });
        for (const { wait, step } of plan) {
          world.runSeconds(wait);
          act(world, step);
        }
        world.runSeconds(120);
        for (const { previous, next } of world.pods) {
          const before = (previous as Pod | undefined)?.status;
          const after = (next as Pod | undefined)?.status;
          if (before?.phase === undefined || after?.phase === undefined) continue;
          const ended = before.phase === 'Succeeded' || before.phase === 'Failed';
          if (ended) expect(after.phase).toBe(before.phase);
          else expect(ORDER.indexOf(after.phase)).toBeGreaterThanOrEqual(ORDER.indexOf(before.phase));
          const [was] = before.containerStatuses ?? [];
          const [is] = after.containerStatuses ?? [];
          if (was !== undefined && is !== undefined) {
            expect(is.restartCount).toBeGreaterThanOrEqual(was.restartCount);
          }
          expect(tooSoon(was, is)).toBe(false);
          if (restartPolicy === 'Never') expect(is?.restartCount ?? 0).toBe(0);
        }
      },
    ),
    { numRuns: 150 },
  );
});

it('once everything is well again, a pod that restarts for ever runs, or is gone where it was deleted', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 1000 }), (plan, seed) => {
      const world = new NodeWorld({ settings: { events: false }, seed });
      world.pod('web');
      let deleted = false;
      for (const { wait, step } of plan) {
        world.runSeconds(wait);
        act(world, step);
        deleted ||= step === 'delete';
      }
      while (world.registry.isDown('nginx')) world.registry.restore('*');
      world.partition();
      world.heal();
      if (!world.kubelet.running) world.recover();
      world.runSeconds(900);
      const pod = world.get('web');
      if (deleted) expect(pod).toBeUndefined();
      else expect(pod?.status.containerStatuses?.[0]?.ready).toBe(true);
    }),
    { numRuns: 150 },
  );
});
