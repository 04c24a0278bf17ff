import { expect, test } from 'vitest';
import type { Lease } from '../schema/types.generated.ts';
import { parseRfc3339, SECOND } from '../time.ts';
import { lastRenewal, materialiseLease, type RenewedLeaseSpec } from './lease.ts';

const start = parseRfc3339('2026-01-01T00:00:00Z')!;

function lease(spec: RenewedLeaseSpec): Lease {
  const metadata = {
    name: 'n',
    namespace: 'kube-node-lease',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '',
  };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

test('a steady lease is renewed on schedule without being written', () => {
  const steady = lease({ renewTime: '2026-01-01T00:00:00.000000Z', renewEverySeconds: 10 });
  expect(lastRenewal(steady, start + 25 * SECOND)).toBe(start + 20 * SECOND);
  expect(lastRenewal(steady, start - SECOND)).toBe(start);
  expect(materialiseLease(steady, start + 25 * SECOND).spec).toEqual({
    renewTime: '2026-01-01T00:00:20.000000Z',
  });
});

test('a lease whose renewals stopped keeps its last', () => {
  const stopped = lease({ renewTime: '2026-01-01T00:00:10.000000Z' });
  expect(lastRenewal(stopped, start + 100 * SECOND)).toBe(start + 10 * SECOND);
  expect(materialiseLease(stopped, start + 100 * SECOND)).toBe(stopped);
  expect(lastRenewal(lease({}), start)).toBe(0);
});
