import { expect, test } from 'vitest';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import type { KubeletConfiguration } from '../scenario/kubelet-configuration.ts';
import { NodeWorld } from './testing/node-world.ts';
import { always } from './testing/programs.ts';

const GRACEFUL: KubeletConfiguration = {
  shutdownGracePeriod: 60 * SECOND,
  shutdownGracePeriodCriticalPods: 20 * SECOND,
};
const CRITICAL = { priority: 2_000_000_000, priorityClassName: 'system-cluster-critical' };

function world(configuration: KubeletConfiguration | undefined, shutdown: number): NodeWorld {
  const behaviors = [{ match: {}, startup: always(1), shutdown: always(shutdown) }];
  return new NodeWorld({ behaviors, settings: configuration === undefined ? {} : { configuration } });
}

function shutDown(of: NodeWorld): { readonly isOff: boolean } {
  const state = { isOff: false };
  of.kubelet.shutdown(of.stimulus('shutdown'), () => {
    state.isOff = true;
  });
  return state;
}

function status(of: NodeWorld, name: string): Pod['status'] {
  return (of.get(name) as Pod).status;
}

function readyOf(of: NodeWorld) {
  const node = of.nodes.at(-1)?.next as Node | undefined;
  return node?.status.conditions?.find(({ type }) => type === 'Ready');
}

test('pods are stopped by priority, and say why; then the machine goes off', () => {
  const node = world(GRACEFUL, 5);
  node.pod('web');
  node.pod('critical', CRITICAL);
  node.runSeconds(20);
  const machine = shutDown(node);
  node.runSeconds(3);
  const ready = readyOf(node);
  expect(ready).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'node is shutting down',
  });
  expect(status(node, 'web').phase).toBe('Running');
  node.runSeconds(4);
  expect(status(node, 'web')).toMatchObject({
    phase: 'Failed',
    reason: 'Terminated',
    message: 'Pod was terminated in response to imminent node shutdown.',
  });
  expect(status(node, 'web').conditions?.find(({ type }) => type === 'DisruptionTarget')?.reason).toBe(
    'TerminationByKubelet',
  );
  expect(status(node, 'critical').phase).toBe('Running');
  node.pod('late');
  node.runSeconds(1);
  expect(status(node, 'late')).toMatchObject({ phase: 'Failed', reason: 'NodeShutdown' });
  expect(machine.isOff).toBe(false);
  node.runSeconds(8);
  expect(status(node, 'critical').reason).toBe('Terminated');
  expect(machine.isOff).toBe(true);
});

test('programs that take longer than their group has are killed', () => {
  const node = world(
    { shutdownGracePeriodByPodPriority: [{ priority: 0, shutdownGracePeriodSeconds: 10 }] },
    100,
  );
  node.pod('web');
  node.runSeconds(20);
  const machine = shutDown(node);
  node.runSeconds(11);
  expect(status(node, 'web').reason).toBe('Terminated');
  expect(status(node, 'web').containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);
  expect(machine.isOff).toBe(true);
});

test('without a grace period the machine just goes', () => {
  const node = world(undefined, 5);
  node.pod('web');
  node.runSeconds(20);
  expect(shutDown(node).isOff).toBe(true);
});

test('a shutdown that is called off leaves the node ready', () => {
  const node = world(GRACEFUL, 5);
  node.runSeconds(5);
  node.pod('critical', { ...CRITICAL, terminationGracePeriodSeconds: 30 });
  node.runSeconds(15);
  const machine = shutDown(node);
  node.runSeconds(1);
  node.kubelet.cancelShutdown(node.stimulus('fault-end'));
  node.runSeconds(60);
  expect(machine.isOff).toBe(false);
  const ready = readyOf(node);
  expect(ready?.status).toBe('True');
});
