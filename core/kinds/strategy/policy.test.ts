import { describe, expect, test } from 'vitest';
import { faults, prepared, updateFaults } from '../testing/outcome.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

describe('quotas', () => {
  const quota = (spec: object) => ({ apiVersion: 'v1', kind: 'ResourceQuota', spec });
  test.each<[string, object, readonly string[]]>([
    [
      'of all kinds of names',
      {
        hard: {
          'count/deployments.apps': 1,
          'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
          pods: 1,
          'requests.example.com/gpu': 1,
          'requests.hugepages-2Mi': '4Mi',
        },
      },
      [],
    ],
    [
      'a name that nothing has',
      { hard: { apples: 1, storage: 1 } },
      [
        'spec.hard[apples]: Invalid value: "apples": must be a standard resource type or fully qualified',
        'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
      ],
    ],
    [
      'half of a pod',
      { hard: { pods: '500m' } },
      ['spec.hard[pods]: Invalid value: "500m": must be an integer'],
    ],
    [
      'scopes that exclude each other',
      { hard: { pods: 1 }, scopes: ['Terminating', 'NotTerminating'] },
      ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
    ],
    [
      'a scope that what is counted has not',
      { hard: { cpu: 1 }, scopes: ['BestEffort'] },
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      'a selector without values',
      {
        hard: { pods: 1 },
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
      },
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
  ])('%s', (_name, spec, want) => expect(faults(quota(spec))).toEqual(want));

  test('keep their scopes', () => {
    expect(
      updateFaults(quota({ hard: { pods: 1 } }), { spec: { hard: { pods: 2 }, scopes: ['BestEffort'] } }),
    ).toEqual(['spec.scopes: Invalid value: ["BestEffort"]: field is immutable']);
  });
});

describe('limit ranges', () => {
  const range = (...limits: readonly object[]) => ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    spec: { limits },
  });

  test('a container without a default gets the most that it may have', () => {
    const item = { type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, default: { cpu: '1' } };
    expect(prepared(range(item))).toMatchObject({
      spec: { limits: [{ ...item, defaultRequest: { cpu: '1', memory: '1Mi' } }] },
    });
  });

  test('a pod gets none', () => {
    const sent = range({ type: 'Pod', max: { cpu: '2' } });
    expect(prepared(sent)).toHaveProperty('spec', sent.spec);
  });

  test.each<[string, object, readonly string[]]>([
    [
      'defaults of a pod',
      { type: 'Pod', default: { cpu: '1' } },
      ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
    ],
    [
      'a claim without bounds',
      { type: 'PersistentVolumeClaim' },
      [
        'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      'a type that there is not',
      { type: 'Node' },
      ['spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified'],
    ],
    [
      'the least is more than the most',
      { type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } },
      ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
    ],
    [
      'a ratio that the bounds rule out',
      { type: 'Pod', min: { cpu: '1' }, max: { cpu: '1500m' }, maxLimitRequestRatio: { cpu: '2' } },
      [
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "2": ratio 2 is greater than max/min = 1.500000',
      ],
    ],
    [
      'a ratio under one',
      { type: 'Container', maxLimitRequestRatio: { cpu: '500m' } },
      ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
    ],
  ])('%s', (_name, item, want) => expect(faults(range(item))).toEqual(want));

  test('a type comes once', () => {
    expect(faults(range({ type: 'Pod' }, { type: 'Pod' }))).toEqual([
      'spec.limits[1].type: Duplicate value: "Pod"',
    ]);
  });
});

describe('RBAC', () => {
  const binding = (fields: object, kind = 'RoleBinding') => ({ apiVersion: RBAC, kind, ...fields });
  const roleRef = { kind: 'ClusterRole', name: 'view' };

  test('groups of roles and people need not be said', () => {
    const subjects = [
      { kind: 'User', name: 'u' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ];
    const group = 'rbac.authorization.k8s.io';
    expect(prepared(binding({ roleRef, subjects }))).toMatchObject({
      roleRef: { apiGroup: group },
      subjects: [{ ...subjects[0], apiGroup: group }, subjects[1]],
    });
    expect(faults(binding({ roleRef, subjects }))).toEqual([]);
  });

  test.each<[string, object, readonly string[]]>([
    [
      "a cluster's binding of a Role",
      binding({ roleRef: { kind: 'Role', name: 'r' } }, 'ClusterRoleBinding'),
      ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
    ],
    [
      'an account without a namespace',
      binding({ roleRef, subjects: [{ kind: 'ServiceAccount', name: 's' }] }, 'ClusterRoleBinding'),
      ['subjects[0].namespace: Required value'],
    ],
    [
      'a subject of no kind',
      binding({ roleRef, subjects: [{ kind: 'Robot', name: 'r' }, { kind: 'User' }] }),
      [
        'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
        'subjects[1].name: Required value',
        'subjects[1].name: Invalid value: "": user name cannot be empty',
      ],
    ],
    [
      'rules that say nothing',
      { apiVersion: RBAC, kind: 'Role', rules: [{}, { verbs: ['get'], nonResourceURLs: ['/x'] }] },
      [
        'rules[0].verbs: Required value: verbs must contain at least one value',
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
        'rules[1].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
      ],
    ],
    [
      'an aggregation of nothing',
      { apiVersion: RBAC, kind: 'ClusterRole', aggregationRule: {} },
      [
        'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
      ],
    ],
  ])('%s', (_name, object, want) => {
    expect(faults(object as Parameters<typeof faults>[0])).toEqual(want);
  });

  test('what a binding grants stays', () => {
    expect(updateFaults(binding({ roleRef }), { roleRef: { kind: 'ClusterRole', name: 'edit' } })).toEqual([
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef',
    ]);
    expect(updateFaults(binding({ roleRef }), { subjects: [{ kind: 'Group', name: 'g' }] })).toEqual([]);
  });
});
