import { expect, test } from 'vitest';
import { SECOND } from '../../core/time.ts';
import { always, behaving, container } from './testing/programs.ts';

const COMMAND = { exec: { command: ['/bin/hook'] } };

function reasons(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.includes(' event '))
    .map((line) => line.replace(/^\S+ event /, ''));
}

test('a container runs for others only when its postStart hook is done', () => {
  const world = behaving({ postStart: { takes: always(20), code: 0 } });
  world.pod('web', { containers: [container({ lifecycle: { postStart: COMMAND } })] });
  world.runSeconds(15);
  expect(world.get('web')?.status.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
  world.runSeconds(20);
  expect(world.get('web')?.status.containerStatuses?.[0]?.state?.running).toBeDefined();
});

test('a postStart hook that fails kills the container, which starts again with back-off', () => {
  const world = behaving({ postStart: { takes: always(2), code: 3, runs: 1 }, shutdown: always(1) }, true);
  world.pod('web', { containers: [container({ lifecycle: { postStart: COMMAND } })] });
  world.runSeconds(14);
  const told = reasons(world.take());
  expect(told).toContain('FailedPostStartHook: PostStartHook failed');
  expect(told).toContain('Killing: FailedPostStartHook');
  const status = world.get('web')?.status.containerStatuses?.[0];
  expect(status?.state?.waiting?.reason ?? '').toMatch(/PostStartHookError|CrashLoopBackOff|^$/);
  world.runSeconds(40);
  const later = world.get('web')?.status.containerStatuses?.[0];
  expect(later?.restartCount).toBe(1);
  expect(later?.state?.running).toBeDefined();
});

test('the status says why the hook failed', () => {
  const world = behaving({ postStart: { takes: always(2), code: 3 }, shutdown: always(1) });
  const { metadata } = world.pod('web', { containers: [container({ lifecycle: { postStart: COMMAND } })] });
  const seen = new Set<string>();
  for (let second = 0; second < 20; second += 1) {
    world.runSeconds(1);
    const waiting = world.get('web')?.status.containerStatuses?.[0]?.state?.waiting;
    if (waiting?.reason === 'PostStartHookError') seen.add(waiting.message ?? '');
  }
  expect([...seen]).toEqual([
    `Exec lifecycle hook ([/bin/hook]) for Container "c" in Pod "web_default(${metadata.uid})" failed - error: ` +
      `command '/bin/hook' exited with 3: , message: ""`,
  ]);
});

test('a preStop hook counts inside the grace period, and may fail', () => {
  const world = behaving({ preStop: { takes: always(6), code: 1 }, shutdown: always(1) }, true);
  world.pod('web', { containers: [container({ lifecycle: { preStop: COMMAND } })] });
  world.runSeconds(20);
  world.take();
  world.delete('web');
  const from = world.kernel.now;
  while (world.get('web') !== undefined) world.runSeconds(0.1);
  expect((world.kernel.now - from) / SECOND).toBeGreaterThan(7);
  expect((world.kernel.now - from) / SECOND).toBeLessThan(8);
  expect(reasons(world.take())).toContain('FailedPreStopHook: PreStopHook failed');
});

test('a preStop hook longer than the grace period is cut short, with two seconds for the program', () => {
  const world = behaving({ preStop: { takes: always(60), code: 1 }, shutdown: always(5) }, true);
  world.pod('web', {
    containers: [container({ lifecycle: { preStop: COMMAND } })],
    terminationGracePeriodSeconds: 10,
  });
  world.runSeconds(20);
  world.take();
  world.delete('web');
  world.runSeconds(11);
  expect(world.get('web')).toBeDefined();
  world.runSeconds(2);
  expect(world.get('web')).toBeUndefined();
  expect(reasons(world.take())).toEqual(['Killing: Stopping container c']);
});

test('a program leaves a message where it ends', () => {
  const world = behaving({ exit: { after: always(5), code: 1, message: 'no licence' } });
  world.pod('web', { restartPolicy: 'Never' });
  world.runSeconds(20);
  expect(world.get('web')?.status.containerStatuses?.[0]?.state?.terminated?.message).toBe('no licence');
});
