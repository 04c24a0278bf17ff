import { expect, test } from 'vitest';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import type { WhyChain, WhyStep } from '../../sim/why/why.ts';
import { printWhy } from './why-text.ts';

const common = { namespace: undefined, reason: undefined, source: undefined } as const;
const fault: WhyStep = {
  ...common,
  rv: 8,
  t: DEFAULT_START + 300 * SECOND,
  actor: 'fault',
  verb: 'stimulus',
  object: undefined,
  changes: ['fault node-crash on node-2'],
  source: 'crash.yaml:12',
};
const marked: WhyStep = {
  ...common,
  rv: 119,
  t: DEFAULT_START + 650.01 * SECOND,
  actor: 'taint-eviction-controller',
  verb: 'update',
  object: 'pod/web-a',
  namespace: 'default',
  changes: ['marked for deletion (grace period 30s)', 'condition DisruptionTarget is True'],
  reason: 'it tolerates the taints of its node for 300s',
};
const chain: WhyChain = {
  target: 'pod/web-a',
  state: 'present',
  steps: [marked, fault],
  findings: ['Ready is False'],
  replacedBy: 'pod/web-b',
  missingCause: undefined,
};

test('a chain reads from the object back to what came from outside', () => {
  expect(printWhy({ ok: true, chain }, DEFAULT_START).out).toBe(
    `pod/web-a, replaced by pod/web-b
  Ready is False

   10m50.010s  rv:119  taint-eviction-controller  pod/web-a -n default: marked for deletion (grace period 30s)
                                                    condition DisruptionTarget is True
                                                    because it tolerates the taints of its node for 300s
←  5m0s        rv:8    fault                      fault node-crash on node-2 (crash.yaml:12)
`,
  );
});

test('a deleted object says when and by whom, a cut chain where it goes on', () => {
  const deleted: WhyStep = { ...marked, verb: 'delete', changes: ['deleted'], reason: undefined };
  const answer = { ...chain, state: 'deleted', steps: [deleted], missingCause: 98 } as const;
  const { out } = printWhy({ ok: true, chain: answer }, DEFAULT_START);
  expect(out).toMatch(/^pod\/web-a was deleted at 10m50\.010s by taint-eviction-controller, replaced by/);
  expect(out).toMatch(/record 98, which is not in this log\n$/);
});

test('what never was is an error, with what was perhaps meant', () => {
  const error = 'pod/wbe has never existed in namespace default';
  const meant = { ok: false, error, suggestion: 'pod/web', createdAt: undefined } as const;
  expect(printWhy(meant, DEFAULT_START)).toEqual({
    out: '',
    err: `error: ${error}; did you mean pod/web?\n`,
    failed: true,
  });
  const later = { ...meant, suggestion: undefined, createdAt: DEFAULT_START + SECOND };
  expect(printWhy(later, DEFAULT_START).err).toContain('it was created at 1s');
});
