import { expect, test } from 'vitest';
import type { Container, Pod, PodSpec } from '../../core/schema/types.generated.ts';
import type { NodeWorld } from './testing/node-world.ts';
import { always, behaving, container } from './testing/programs.ts';

function world(): NodeWorld {
  return behaving({ shutdown: always(1), startup: always(0.2) }, true);
}

function sized(cpu: string, fields: Partial<Container> = {}): PodSpec {
  return { containers: [container({ resources: { requests: { cpu } }, ...fields })] };
}

function resize(cpu: string): (spec: PodSpec) => PodSpec {
  return (spec) => ({
    ...spec,
    containers: spec.containers.map((one) => ({ ...one, resources: { requests: { cpu } } })),
  });
}

function pod(of: NodeWorld, name: string): Pod {
  return of.get(name) as Pod;
}

function conditions(of: NodeWorld, name: string): string {
  return (pod(of, name).status.conditions ?? [])
    .filter(({ type }) => type.startsWith('PodResize'))
    .map(({ type, reason, message }) => `${type}/${reason ?? ''}: ${message ?? ''}`)
    .join('\n');
}

function resizeEvents(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const found = / event (Resize\w+): Pod resize (\w+)/.exec(line);
    return found === null ? [] : [`${found[1]} ${found[2]}`];
  });
}

test('resources change without a restart, and the status says so', () => {
  const node = world();
  node.pod('web', sized('500m'));
  node.runSeconds(15);
  node.take();
  node.part('web', 'resize', resize('1'));
  node.runSeconds(3);
  const [status] = pod(node, 'web').status.containerStatuses ?? [];
  expect(status).toMatchObject({ restartCount: 0, allocatedResources: { cpu: '1' } });
  expect(status?.resources).toEqual({ requests: { cpu: '1' } });
  expect(conditions(node, 'web')).toBe('');
  expect(resizeEvents(node.take())).toEqual(['ResizeStarted started', 'ResizeCompleted completed']);
  expect(pod(node, 'web').metadata.generation).toBe(2);
});

test('a container whose policy asks for it starts again', () => {
  const node = world();
  node.pod(
    'web',
    sized('500m', { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }),
  );
  node.runSeconds(15);
  node.take();
  node.part('web', 'resize', resize('1'));
  node.runSeconds(0.5);
  expect(conditions(node, 'web')).toBe('PodResizeInProgress/: ');
  node.runSeconds(10);
  expect(pod(node, 'web').status.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true });
  expect(conditions(node, 'web')).toBe('');
  expect(resizeEvents(node.take())).toEqual(['ResizeStarted started', 'ResizeCompleted completed']);
});

test('what no node could give is infeasible, what others have is deferred until they go', () => {
  const node = world();
  node.pod('web', sized('500m'));
  node.pod('other', sized('3'));
  node.runSeconds(15);
  node.take();
  node.part('web', 'resize', resize('9'));
  node.runSeconds(2);
  expect(conditions(node, 'web')).toBe(
    "PodResizePending/Infeasible: Node didn't have enough capacity: cpu, requested: 9000, capacity: 4000",
  );
  node.part('web', 'resize', resize('2'));
  node.runSeconds(2);
  expect(conditions(node, 'web')).toBe(
    "PodResizePending/Deferred: Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000",
  );
  expect(pod(node, 'web').status.containerStatuses?.[0]?.allocatedResources).toEqual({ cpu: '500m' });
  node.delete('other');
  node.runSeconds(5);
  expect(conditions(node, 'web')).toBe('');
  expect(pod(node, 'web').status.containerStatuses?.[0]?.allocatedResources).toEqual({ cpu: '2' });
  expect(resizeEvents(node.take())).toEqual([
    'ResizeInfeasible Infeasible',
    'ResizeDeferred Deferred',
    'ResizeStarted started',
    'ResizeCompleted completed',
  ]);
});

test('the class of a pod stays', () => {
  const node = world();
  node.pod('web', sized('500m'));
  const guaranteed = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
  expect(() =>
    node.part('web', 'resize', (spec) => ({
      ...spec,
      containers: spec.containers.map((one) => ({ ...one, resources: guaranteed })),
    })),
  ).toThrow('Pod QOS Class may not change as a result of resizing');
});

test('an ephemeral container runs beside the others, once, and ends with the pod', () => {
  const node = world();
  node.pod('web');
  node.runSeconds(15);
  const added = { name: 'debugger', image: 'busybox:1', targetContainerName: 'c' };
  node.part('web', 'ephemeralcontainers', (spec) => ({ ...spec, ephemeralContainers: [added] }));
  node.runSeconds(15);
  const { status } = pod(node, 'web');
  expect(status.phase).toBe('Running');
  expect(status.containerStatuses?.[0]?.restartCount).toBe(0);
  expect(status.ephemeralContainerStatuses?.[0]).toMatchObject({
    name: 'debugger',
    ready: false,
    restartCount: 0,
    image: 'docker.io/library/busybox:1',
  });
  expect(status.ephemeralContainerStatuses?.[0]?.state?.running).toBeDefined();
  expect(node.take()).toContain('event Pulling: Pulling image "busybox:1"');
  node.kubelet.killContainer('default/web', 'debugger', { exitCode: 0 }, node.stimulus('kill'));
  node.runSeconds(30);
  const ended = pod(node, 'web').status;
  expect(ended.ephemeralContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  expect(ended.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  expect(() =>
    node.part('web', 'ephemeralcontainers', (spec) => ({ ...spec, ephemeralContainers: [] })),
  ).toThrow('existing ephemeral containers "debugger" may not be removed');
  node.delete('web');
  node.runSeconds(10);
  expect(node.get('web')).toBeUndefined();
});
