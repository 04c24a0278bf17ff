import { describe, expect, test } from 'vitest';
import { rulesOfRole } from '../../core/rbac/access.ts';
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING } from '../../core/rbac/kinds.ts';
import { SECOND } from '../../core/time.ts';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from '../scenario/document.ts';
import { readScenario } from '../scenario/resolve.ts';
import { Simulation } from '../simulation.ts';

function booted(kubernetes: object): Simulation {
  const read = readScenario({
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: 'roles' },
    spec: { cluster: { kubernetes, nodeGroups: [{ name: 'node', count: 1 }] } },
  });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  const simulation = new Simulation(read.scenario);
  simulation.boot();
  simulation.runUntil(simulation.now + 2 * SECOND);
  return simulation;
}

describe('the built-in roles', () => {
  const [without, withRoles] = [booted({}), booted({ rbac: true })];

  test('are objects where the scenario asks for them', () => {
    expect(without.view.count(CLUSTER_ROLE)).toBe(0);
    expect(withRoles.view.count(CLUSTER_ROLE)).toBeGreaterThan(60);
    expect(withRoles.view.getByKey(CLUSTER_ROLE_BINDING, 'cluster-admin')?.subjects).toEqual([
      { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:masters' },
    ]);
  });

  test.each(['admin', 'edit', 'view', 'system:node'])(
    '%s has the rules that it has where they are none',
    (name) => {
      const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
      const rules = rulesOfRole(withRoles.view, role, '');
      expect(rules?.length).toBeGreaterThan(5);
      expect(rules).toEqual(rulesOfRole(without.view, role, ''));
    },
  );
});
