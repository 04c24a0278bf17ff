import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../api/object.ts';
import type { Pod, PodSpec } from '../../schema/types.generated.ts';
import { POD } from '../registry.ts';
import { podSpecDefaults, templateSpecDefaults } from './pod-spec.ts';

const given: PodSpec = { containers: [{ name: 'c', image: 'nginx', resources: { limits: { cpu: '1' } } }] };

function pod(spec: PodSpec): NewObject<Pod> {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' }, spec };
}

describe('the spec of a pod', () => {
  test('is one object for all pods of a template', () => {
    const template = templateSpecDefaults(given);
    const specs = [1, 2, 3].map(() => POD.strategy.applyDefaults!(pod(template)).spec);
    expect(new Set(specs).size).toBe(1);
  });

  test('is left alone once it is complete, bound or not', () => {
    const complete = podSpecDefaults(given);
    const object = pod(complete);
    expect(POD.strategy.applyDefaults!(object)).toBe(object);
    const bound = { ...complete, nodeName: 'n1' };
    expect(podSpecDefaults(bound)).toBe(bound);
  });

  test('has the key that binding sets', () => {
    expect(Object.keys(podSpecDefaults(given))).toContain('nodeName');
    expect(podSpecDefaults(given).nodeName).toBeUndefined();
  });

  test('asks for what it is limited to; a template does not', () => {
    expect(podSpecDefaults(given).containers[0]?.resources?.requests).toEqual({ cpu: '1' });
    expect(templateSpecDefaults(given).containers[0]?.resources?.requests).toBeUndefined();
  });

  test('on the network of its node has the ports of its containers', () => {
    const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }];
    const spec = podSpecDefaults({ hostNetwork: true, containers: [{ name: 'c', image: 'i', ports }] });
    expect(spec.containers[0]?.ports?.map((port) => port.hostPort)).toEqual([80, 81]);
  });

  test('that limits itself asks for what its containers do, or else for its limits', () => {
    const containers = [{ name: 'c', image: 'i', resources: { requests: { cpu: '500m' } } }];
    const spec = podSpecDefaults({ containers, resources: { limits: { cpu: '2', memory: '1Gi' } } });
    expect(spec.resources?.requests).toEqual({ cpu: '500m', memory: '1Gi' });
  });

  test('names its account under the old name too', () => {
    expect(podSpecDefaults({ ...given, serviceAccountName: 'a' }).serviceAccount).toBe('a');
  });

  test.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.19', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['nginx@sha256:0123', 'IfNotPresent'],
    ['registry:5000/nginx:1.19@sha256:0123', 'IfNotPresent'],
  ])('pulls %s: %s', (image, policy) => {
    const spec = podSpecDefaults({ containers: [{ name: 'c', image }] });
    expect(spec.containers[0]?.imagePullPolicy).toBe(policy);
  });
});

describe('on creation', () => {
  const create = (object: NewObject<Pod>) =>
    POD.strategy.prepareForCreate!(POD.strategy.applyDefaults!(object), {
      view: undefined as never,
      now: 0,
      draw: () => 0,
    }) as NewObject<Pod>;

  test('a pod is pending, with the keys that its kubelet sets', () => {
    const status = create(pod(given)).status!;
    expect(status).toMatchObject({ phase: 'Pending', qosClass: 'Burstable' });
    expect(Object.keys(status)).toEqual(expect.arrayContaining(['conditions', 'podIP', 'startTime']));
  });

  test('a gated pod says so', () => {
    const status = create(pod({ ...given, schedulingGates: [{ name: 'g' }] })).status;
    expect(status?.conditions?.[0]).toMatchObject({ type: 'PodScheduled', reason: 'SchedulingGated' });
  });

  test('keys of labels become part of the selectors beside them', () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: 'z',
      whenUnsatisfiable: 'DoNotSchedule' as const,
      labelSelector: {},
      matchLabelKeys: ['hash'],
    };
    const spec = podSpecDefaults({ ...given, topologySpreadConstraints: [constraint] });
    const one = { ...pod(spec), metadata: { name: 'p', labels: { hash: '1' } } };
    const two = { ...pod(spec), metadata: { name: 'q', labels: { hash: '2' } } };
    const values = [one, two].map(
      (object) =>
        create(object).spec?.topologySpreadConstraints?.[0]?.labelSelector?.matchExpressions?.[0]?.values,
    );
    expect(values).toEqual([['1'], ['2']]);
    expect(create(one).spec).not.toBe(spec);
  });
});
