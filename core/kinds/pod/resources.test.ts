import { describe, expect, test } from 'vitest';
import type { Container, PodSpec } from '../../schema/types.generated.ts';
import { qosClass, resourcesOf, specRequests } from './resources.ts';

const MEBI = 1024 * 1024;

function container(cpu?: string, memory?: string, restartPolicy?: string): Container {
  const requests = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  return { name: 'c', image: 'i', resources: { requests }, ...(restartPolicy && { restartPolicy }) };
}

describe('requests of a pod', () => {
  test('are the sum of its containers and its overhead', () => {
    const spec: PodSpec = {
      containers: [container('100m', '64Mi'), container('1')],
      overhead: { cpu: '10m', 'example.com/gpu': '2' },
    };
    expect(specRequests(spec)).toEqual({
      milliCpu: 1110,
      memory: 64 * MEBI,
      ephemeralStorage: 0,
      scalars: { 'example.com/gpu': 2 },
      nonZeroMilliCpu: 1110,
      nonZeroMemory: 264 * MEBI,
    });
  });

  test('are those of the largest init container where that is more', () => {
    const spec: PodSpec = { containers: [container('1')], initContainers: [container('3'), container('2')] };
    expect(specRequests(spec).milliCpu).toBe(3000);
  });

  test('count sidecars with the containers, and with the init containers after them', () => {
    const containers = [container('1')];
    const sidecar = container('500m', undefined, 'Always');
    expect(specRequests({ containers: [...containers], initContainers: [sidecar] }).milliCpu).toBe(1500);
    const after: PodSpec = { containers, initContainers: [sidecar, container('2')] };
    expect(specRequests(after).milliCpu).toBe(2500);
    const before: PodSpec = { containers: [...containers], initContainers: [container('2'), sidecar] };
    expect(specRequests(before).milliCpu).toBe(2000);
  });

  test('are those of the pod where it names them itself', () => {
    const spec: PodSpec = { containers: [container('1', '1Gi')], resources: { requests: { cpu: '4' } } };
    expect(specRequests(spec)).toMatchObject({ milliCpu: 4000, memory: 1024 * MEBI });
  });

  test('are found again by a bound copy, and not by a copy that differs', () => {
    const spec: PodSpec = { containers: [container('1')] };
    const requests = specRequests(spec);
    expect(specRequests({ ...spec, nodeName: 'n' })).toBe(requests);
    expect(specRequests({ ...spec, overhead: { cpu: '1' } }).milliCpu).toBe(2000);
  });
});

test('a list of resources', () => {
  expect(resourcesOf({ cpu: '2', memory: '1Gi', pods: '110' })).toEqual({
    milliCpu: 2000,
    memory: 1024 * MEBI,
    ephemeralStorage: 0,
    scalars: { pods: 110 },
  });
});

describe('the QoS class', () => {
  const same = { cpu: '1', memory: '1Gi' };
  test.each([
    ['BestEffort', {}],
    ['BestEffort', { requests: { cpu: '0' } }],
    ['Burstable', { requests: { cpu: '1' } }],
    ['Burstable', { requests: { cpu: '500m', memory: '1Gi' }, limits: same }],
    ['Guaranteed', { requests: { cpu: '1000m', memory: '1024Mi' }, limits: same }],
  ])('%s of %j', (expected, resources) => {
    expect(qosClass({ containers: [{ name: 'c', resources }] })).toBe(expected);
  });

  test('one container without limits makes the pod burstable', () => {
    const limited = { name: 'a', resources: { requests: same, limits: same } };
    expect(qosClass({ containers: [limited, { name: 'b' }] })).toBe('Burstable');
  });
});
