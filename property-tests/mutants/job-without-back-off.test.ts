import { expect, test } from 'vitest';
import { POD } from '../../core/kinds/registry.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import { runCase } from '../campaign/case.ts';
import { mutantControllers } from './list.ts';

/** A work queue whose pods fail at once, as in kubernetes#27997. */
function failing(mutants: readonly string[]) {
  let made = 0;
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'queue' },
    spec: {
      duration: '20m',
      cluster: {
        nodeGroups: [{ name: 'node', count: 2 }],
        ...(mutants.length === 0 ? {} : { kubernetes: { mutants } }),
      },
      behaviors: [{ image: 'broken', startup: '0s', exit: { after: '1s', code: 1 } }],
      manifests: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'queue' },
          spec: {
            parallelism: 3,
            template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'broken' }] } },
          },
        },
      ],
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { failures } = runCase(read.scenario, {
    controllers: mutantControllers(read.scenario.cluster.kubernetes),
    sinks: [
      (record) => {
        if (record.type === 'event' && record.kind === POD && record.verb === 'create') made += 1;
      },
    ],
  });
  return { made, broken: failures.map(({ name, message }) => `${name}: ${message}`) };
}

test('today the limit ends it', () => {
  const { made, broken } = failing([]);
  expect(broken).toEqual([]);
  // Three at a time, until more than six have failed.
  expect(made).toBeLessThanOrEqual(9);
});

test('without back-off and limit one more pod is made at once, and the invariant says so', () => {
  const { broken } = failing(['job-without-back-off']);
  expect(broken[0]).toMatch(/^job-pods: .* was created after \d+ failed pods, though its backoffLimit is 6$/);
});
