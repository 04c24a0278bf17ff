import { describe, expect, it } from 'vitest';
import { ENDPOINT_SLICE } from '../../core/kinds/registry.ts';
import { Journal } from '../../core/log/journal.ts';
import type { EndpointConditions, EndpointSlice } from '../../core/schema/types.generated.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { WatchStream } from '../host/watch-stream.ts';
import { Kernel, PRIORITY } from '../kernel/kernel.ts';
import { Proxies } from './proxies.ts';

const TERMINATING: EndpointConditions = { ready: false, serving: true, terminating: true };

/** A slice of the Service `web`, by the conditions of its pods. */
function slice(
  pods: Readonly<Record<string, EndpointConditions>>,
  addressType: EndpointSlice['addressType'] = 'IPv4',
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `web-${addressType}`,
      namespace: 'default',
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: { 'kubernetes.io/service-name': 'web' },
    },
    addressType,
    endpoints: Object.entries(pods).map(([uid, conditions]) => ({
      addresses: ['10.0.0.1'],
      conditions,
      targetRef: { kind: 'Pod', uid },
    })),
  };
}

function world() {
  const kernel = new Kernel(0);
  const journal = new Journal();
  const syncs: (readonly [number, readonly unknown[]])[] = [];
  const proxies: Proxies = new Proxies(kernel, new WatchStream(journal), MILLISECOND, () =>
    syncs.push([kernel.now, proxies.endpointsOf('default/web')]),
  );
  journal.stimulus(0, 0, 'scenario', { op: 'scenario' });
  /** A version of the slices at a moment. */
  const write = (t: number, next: EndpointSlice | undefined, name = 'web-IPv4'): void => {
    const handle = (): void => {
      const key = `default/${name}`;
      const previous = next === undefined ? slice({}) : undefined;
      const verb = next === undefined ? 'delete' : 'update';
      const rv = journal.nextNumber;
      journal.event(rv, t, 1, undefined, 'test', verb, ENDPOINT_SLICE, 0, key, previous, next);
    };
    kernel.schedule(t, PRIORITY.api, { handle }, undefined);
  };
  return { kernel, proxies, syncs, write };
}

describe('the endpoints that proxies have programmed', () => {
  it('come a watch later, and then at most once a second', () => {
    const { kernel, syncs, write } = world();
    write(5 * SECOND, slice({ a: { ready: true } }));
    write(5.2 * SECOND, slice({ a: { ready: true }, b: { ready: true } }));
    write(5.4 * SECOND, slice({ b: { ready: true } }));
    kernel.runUntil(10 * SECOND);
    expect(syncs).toEqual([
      [5 * SECOND + MILLISECOND, ['a']],
      [6 * SECOND + MILLISECOND, ['b']],
    ]);
  });

  it('are those that are ready; where none is, those that still serve while they terminate', () => {
    const { kernel, proxies, write } = world();
    const programmed = (t: number, pods: Readonly<Record<string, EndpointConditions>>) => {
      write(t * SECOND, slice(pods));
      kernel.runUntil((t + 2) * SECOND);
      return proxies.endpointsOf('default/web');
    };
    expect(programmed(1, { a: { ready: true }, b: TERMINATING, c: { ready: false } })).toEqual(['a']);
    expect(programmed(11, { a: { ready: false }, b: TERMINATING })).toEqual(['b']);
    expect(programmed(21, { b: { ...TERMINATING, serving: false } })).toEqual([]);
    expect(programmed(31, { a: {} })).toEqual(['a']);
    expect(proxies.endpointsOf('default/other')).toEqual([]);
  });

  it('hold each pod once where a Service has two families, and none of a slice that is gone', () => {
    const { kernel, proxies, write } = world();
    write(SECOND, slice({ a: { ready: true } }));
    write(SECOND, slice({ a: { ready: true } }, 'IPv6'), 'web-IPv6');
    kernel.runUntil(3 * SECOND);
    expect(proxies.endpointsOf('default/web')).toEqual(['a']);
    write(4 * SECOND, undefined);
    write(4 * SECOND, undefined, 'web-IPv6');
    kernel.runUntil(6 * SECOND);
    expect(proxies.endpointsOf('default/web')).toEqual([]);
  });
});
