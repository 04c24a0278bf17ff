import { expect, test } from 'vitest';
import type { Container } from '../../core/schema/types.generated.ts';
import { always, behaving, container } from './testing/programs.ts';

function restartsAfter(code: number, fields: Partial<Container>, podPolicy: 'Always' | 'Never'): number {
  const world = behaving({ exit: { after: always(2), code, runs: 1 } });
  world.pod('web', { restartPolicy: podPolicy, containers: [container(fields)] });
  world.runSeconds(60);
  return world.get('web')?.status.containerStatuses?.[0]?.restartCount ?? -1;
}

const RULES = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];

test.each([
  [
    'a rule restarts what the policy would not',
    42,
    { restartPolicy: 'Never', restartPolicyRules: RULES },
    'Never',
    1,
  ],
  [
    'a code of no rule goes by the policy',
    7,
    { restartPolicy: 'Never', restartPolicyRules: RULES },
    'Always',
    0,
  ],
  ["a container's own policy goes before its pod's", 1, { restartPolicy: 'Never' }, 'Always', 0],
  ['OnFailure of a container in a pod that never restarts', 1, { restartPolicy: 'OnFailure' }, 'Never', 1],
  ['a success is none', 0, { restartPolicy: 'OnFailure' }, 'Never', 0],
] as const)('%s', (_what, code, fields, policy, restarts) => {
  expect(restartsAfter(code, fields as Partial<Container>, policy)).toBe(restarts);
});
