import { describe, expect, test } from 'vitest';
import type { NewObject } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { Service, ServiceSpec } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { StrategyContext } from '../kind.ts';
import { SERVICE_STRATEGY } from './service.ts';

function context(services: readonly Service[], draw = 0): StrategyContext {
  return { view: { list: () => services } as unknown as View, now: 0, draw: () => draw };
}

let created = 0;

function create(spec: ServiceSpec, others: readonly Service[] = [], draw = 0): Service | Status {
  const object: NewObject<Service> = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'n' },
    spec,
  };
  const prepared = SERVICE_STRATEGY.prepareForCreate!(
    SERVICE_STRATEGY.applyDefaults!(object),
    context(others, draw),
  );
  if ('code' in prepared) return prepared;
  created++;
  return { ...prepared, metadata: { ...prepared.metadata, uid: `u${created}` } } as Service;
}

function made(spec: ServiceSpec, others: readonly Service[] = [], draw = 0): Service {
  const service = create(spec, others, draw);
  if ('code' in service) throw new Error(service.message);
  return service;
}

function update(next: Service, previous: Service, others: readonly Service[] = []): Service {
  const object = SERVICE_STRATEGY.applyDefaults!(next as NewObject<Service>) as Service;
  const prepared = SERVICE_STRATEGY.prepareForUpdate!(object, previous, context([previous, ...others]));
  if ('code' in prepared) throw new Error((prepared as Status).message);
  return prepared as Service;
}

const ports = [{ port: 80 }];

describe('a Service', () => {
  test('gets the drawn address, or the next free one', () => {
    const first = made({ ports }, [], 5);
    const second = made({ ports }, [first], 5);
    expect(first.spec.clusterIP).toBe('10.96.1.6');
    expect(second.spec.clusterIP).toBe('10.96.1.7');
    expect(second.spec.clusterIPs).toEqual(['10.96.1.7']);
  });

  test('gets a node port where its type has one, none taken twice', () => {
    const first = made({ ports, type: 'NodePort' });
    const both = [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ];
    const second = made({ ports: both, type: 'NodePort' }, [first]);
    expect(first.spec.ports?.[0]?.nodePort).toBe(30086);
    expect(second.spec.ports?.map((port) => port.nodePort)).toEqual([30087, 30088]);
    expect(made({ ports }).spec.ports?.[0]?.nodePort).toBeUndefined();
  });

  test('may serve two protocols under one node port', () => {
    const both = [
      { name: 't', port: 53, protocol: 'TCP' as const, nodePort: 30053 },
      { name: 'u', port: 53, protocol: 'UDP' as const, nodePort: 30053 },
    ];
    expect(made({ ports: both, type: 'NodePort' }).spec.ports?.map((port) => port.nodePort)).toEqual([
      30053, 30053,
    ]);
  });

  test('without an address of its own has none', () => {
    expect(made({ ports, clusterIP: 'None', selector: { a: 'b' } }).spec).toMatchObject({
      clusterIP: 'None',
      clusterIPs: ['None'],
      ipFamilies: ['IPv4'],
    });
    expect(made({ type: 'ExternalName', externalName: 'x.example.com' }).spec.clusterIP).toBeUndefined();
  });

  test.each<[string, ServiceSpec, string]>([
    [
      'a taken address',
      { ports, clusterIP: '10.96.1.1' },
      'failed to allocate IP 10.96.1.1: provided IP is already allocated',
    ],
    ['a foreign address', { ports, clusterIP: '10.0.0.1' }, 'The range of valid IPs is 10.96.0.0/12'],
    [
      'a taken node port',
      { ports: [{ port: 80, nodePort: 30086 }], type: 'NodePort' },
      'provided port is already allocated',
    ],
  ])('may not ask for %s', (_what, spec, message) => {
    const other = made({ ports, type: 'NodePort' });
    const outcome = create(spec, [other]);
    expect('code' in outcome && outcome.message).toContain(message);
  });

  test('keeps what was allocated to it when a client sends less', () => {
    const before = made({ ports, type: 'NodePort' });
    const sent = {
      ...before,
      spec: { ports: [{ port: 80 }], type: 'NodePort' as const, selector: { a: 'b' } },
    };
    const after = update(sent, before);
    expect(after.spec.clusterIP).toBe(before.spec.clusterIP);
    expect(after.spec.ports).toEqual(before.spec.ports);
  });

  test('gives up and gains what its type calls for', () => {
    const before = made({ ports, type: 'NodePort' });
    const plain = update({ ...before, spec: { ...before.spec, type: 'ClusterIP' } }, before);
    expect(plain.spec.ports?.[0]?.nodePort).toBeUndefined();
    expect(plain.spec.externalTrafficPolicy).toBeUndefined();
    expect(SERVICE_STRATEGY.validateUpdate!(plain, before)).toEqual([]);
    const balanced = update({ ...plain, spec: { ...plain.spec, type: 'LoadBalancer' } }, plain);
    expect(balanced.spec.ports?.[0]?.nodePort).toBe(30086);
    expect(balanced.spec.clusterIP).toBe(before.spec.clusterIP);
    const named = update(
      { ...plain, spec: { ...plain.spec, type: 'ExternalName', externalName: 'x.y' } },
      plain,
    );
    expect(named.spec.clusterIP).toBeUndefined();
    expect(SERVICE_STRATEGY.validateUpdate!(named, plain)).toEqual([]);
  });

  test('may not change its address', () => {
    const before = made({ ports });
    const changed = {
      ...before,
      spec: { ...before.spec, clusterIP: '10.96.9.9', clusterIPs: ['10.96.9.9'] },
    };
    expect(SERVICE_STRATEGY.validateUpdate!(changed, before).map((error) => error.body)).toEqual([
      'Invalid value: "10.96.9.9": may not change once set',
    ]);
  });
});
