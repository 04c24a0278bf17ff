import { describe, expect, test } from 'vitest';
import { faults, prepared, updateFaults } from '../testing/outcome.ts';

/** Kinds of which clusters have few, and clients many: what they are by default, and what is refused. */

const FLOW = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema' };
const LEVEL = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration' };
const RULE = {
  subjects: [{ kind: 'Group', group: { name: 'system:authenticated' } }],
  resourceRules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'], namespaces: ['*'] }],
};
const flow = (spec: object) => ({ ...FLOW, spec: { priorityLevelConfiguration: { name: 'l' }, ...spec } });
const queue = (queuing: object) => ({
  ...LEVEL,
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } },
});

const DEVICES = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] };
const resource = (kind: string, spec: object) => ({ apiVersion: 'resource.k8s.io/v1', kind, spec });
const claim = (devices: object) => resource('ResourceClaim', { devices: { ...DEVICES, ...devices } });
const slice = (spec: object) =>
  resource('ResourceSlice', {
    driver: 'gpu.example.com',
    nodeName: 'node-1',
    pool: { name: 'node-1', generation: 1, resourceSliceCount: 1 },
    ...spec,
  });
const api = (name: string, spec: object) => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name },
  spec: { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, ...spec },
});
const network = (kind: string, name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind,
  metadata: { name },
  spec,
});
const storage = (kind: string, fields: object) => ({ apiVersion: 'storage.k8s.io/v1', kind, ...fields });
const driver = (more: object) => ({ name: 'd.example.com', nodeID: 'n', ...more });

test('defaults', () => {
  expect(prepared(flow({}))).toMatchObject({
    spec: { matchingPrecedence: 1000 },
    status: { conditions: [{ type: 'Dangling', status: 'True', reason: 'NotFound' }] },
  });
  expect(prepared(queue({}))).toMatchObject({
    spec: {
      limited: {
        nominalConcurrencyShares: 30,
        lendablePercent: 0,
        limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
      },
    },
  });
  expect(prepared(claim({}))).toMatchObject({
    spec: { devices: { requests: [{ exactly: { allocationMode: 'ExactCount', count: 1 } }] } },
    status: {},
  });
  const template = resource('ResourceClaimTemplate', { spec: { devices: DEVICES } });
  expect(prepared(template)).toMatchObject({
    spec: { spec: { devices: { requests: [{ exactly: { count: 1 } }] } } },
  });
  expect(prepared(api('v1.a.example.com', {}))).toMatchObject({
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
  });
  const remote = api('v1.a.example.com', { service: { name: 's', namespace: 'n' } });
  expect(prepared(remote)).toMatchObject({
    spec: { service: { port: 443 } },
    status: { conditions: [{ status: 'False' }] },
  });
});

describe('what is refused', () => {
  test.each<[string, Parameters<typeof faults>[0], readonly string[]]>([
    ['a flow that is well', flow({ rules: [RULE] }), []],
    [
      'a flow of nobody, to nothing',
      flow({
        priorityLevelConfiguration: { name: '' },
        matchingPrecedence: 10001,
        rules: [{ subjects: [] }],
      }),
      [
        'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
        'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
        'spec.rules[0].subjects: Required value: subjects must contain at least one value',
        'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
      ],
    ],
    [
      'a flow before the exempt one',
      flow({ matchingPrecedence: 1 }),
      [
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      ],
    ],
    [
      'a subject of another kind, a verb among all, a path with two slashes',
      flow({
        rules: [
          {
            subjects: [{ kind: 'User', group: { name: 'g' } }],
            nonResourceRules: [{ verbs: ['*', 'get'], nonResourceURLs: ['/a//b', '/a*'] }],
          },
        ],
      }),
      [
        "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
        "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
        `spec.rules[0].nonResourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a//b": must not contain double slash',
        'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a*": wildcard can only do suffix matching',
      ],
    ],
    ['a level that is well', queue({}), []],
    [
      'a hand larger than the deck',
      queue({ queues: 4 }),
      [
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)',
      ],
    ],
    [
      'too many ways to deal',
      queue({ queues: 1024 }),
      [
        'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 1024 and handSize 8 should not be greater than 60',
      ],
    ],
    [
      'a level of no type',
      { ...LEVEL, spec: { type: 'Free' } },
      ['spec.type: Unsupported value: "Free": supported values: "Exempt", "Limited"'],
    ],
    ['a claim that is well', claim({}), []],
    [
      'a claim of one of two things, and of a request that there is not',
      claim({
        requests: [{ name: 'gpu' }, { name: 'gpu', exactly: { deviceClassName: '', count: -1 } }],
        constraints: [{ requests: ['cpu'], matchAttribute: 'a.example.com/x' }],
        config: [{ opaque: { driver: 'd.example.com' } }],
      }),
      [
        'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
        'spec.devices.requests[1].exactly.deviceClassName: Required value',
        'spec.devices.requests[1].exactly.count: Invalid value: -1: must be greater than zero',
        'spec.devices.requests[1].name: Duplicate value: "gpu"',
        'spec.devices.constraints[0].requests[0]: Not found: "cpu"',
        'spec.devices.config[0].opaque.parameters: Required value',
      ],
    ],
    [
      'a class with an empty selector',
      resource('DeviceClass', { selectors: [{}, { cel: { expression: '' } }] }),
      ['spec.selectors[0].cel: Required value', 'spec.selectors[1].cel.expression: Required value'],
    ],
    ['a slice that is well', slice({ devices: [{ name: 'a', attributes: { x: { int: 1 } } }] }), []],
    [
      'a slice of two places, with a device twice',
      slice({ allNodes: true, devices: [{ name: 'a', attributes: { x: {} } }, { name: 'a' }] }),
      [
        'spec: Invalid value: null: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
        'spec.devices[0].attributes[x]: Required value: exactly one value must be specified',
        'spec.devices[1].name: Duplicate value: "a"',
      ],
    ],
    ['an API that is well', api('v1.a.example.com', {}), []],
    [
      'an API of another name and no priority',
      api('v2.a.example.com', { groupPriorityMinimum: 0 }),
      [
        'metadata.name: Invalid value: "v2.a.example.com": must be `spec.version+"."+spec.group`: "v1.a.example.com"',
        'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      ],
    ],
    ['an address', network('IPAddress', '10.0.0.1', { parentRef: { resource: 'services', name: 'a' } }), []],
    [
      'an address that is none, of nothing',
      network('IPAddress', '10.0.0', {}),
      [
        'metadata.name: Invalid value: "10.0.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'spec.parentRef: Required value',
      ],
    ],
    ['two families', network('ServiceCIDR', 'a', { cidrs: ['10.0.0.0/24', '2001:db8::/64'] }), []],
    [
      'a range from its middle',
      network('ServiceCIDR', 'a', { cidrs: ['10.0.0.1/24'] }),
      ['spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length (24)'],
    ],
    [
      'a node without an id, twice',
      storage('CSINode', { spec: { drivers: [driver({ nodeID: '' }), driver({})] } }),
      ['spec.drivers[0].nodeID: Required value', 'spec.drivers[1].name: Duplicate value: "d.example.com"'],
    ],
    [
      'less than nothing',
      storage('CSIStorageCapacity', { storageClassName: 'fast', capacity: '-1' }),
      ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    [
      'attributes that are none',
      storage('VolumeAttributesClass', { driverName: 'd.example.com' }),
      ['parameters: Required value: must contain at least one key/value pair'],
    ],
  ])('%s', (_name, sent, want) => expect(faults(sent)).toEqual(want));

  test.each<[string, Parameters<typeof faults>[0], object, readonly RegExp[]]>([
    [
      'another claim',
      claim({}),
      { spec: { devices: {} } },
      [/^spec: Invalid value: .*: field is immutable$/],
    ],
    [
      'other parameters',
      storage('VolumeAttributesClass', { driverName: 'd.example.com', parameters: { a: 'b' } }),
      { parameters: { a: 'c' } },
      [/^parameters: Forbidden: updates to parameters are forbidden\.$/],
    ],
    [
      'a second family is added',
      network('ServiceCIDR', 'a', { cidrs: ['10.0.0.0/24'] }),
      { spec: { cidrs: ['10.0.0.0/24', '2001:db8::/64'] } },
      [],
    ],
    [
      'another range',
      network('ServiceCIDR', 'a', { cidrs: ['10.0.0.0/24'] }),
      { spec: { cidrs: ['10.1.0.0/24'] } },
      [/^spec.cidrs: Invalid value: \["10.1.0.0\/24"\]: field is immutable$/],
    ],
    [
      'how much fits is known later',
      storage('CSINode', { spec: { drivers: [driver({})] } }),
      { spec: { drivers: [driver({ allocatable: { count: 3 } })] } },
      [],
    ],
    [
      'a driver under another id',
      storage('CSINode', { spec: { drivers: [driver({})] } }),
      { spec: { drivers: [driver({ nodeID: 'm' })] } },
      [/^CSINodeDriver: Invalid value: .*: field is immutable$/],
    ],
    [
      'a slice of another node',
      slice({}),
      { spec: (slice({ nodeName: 'node-2' }) as { spec: object }).spec },
      [/^spec.nodeName/],
    ],
  ])('%s', (_name, sent, change, want) => {
    const found = updateFaults(sent, change);
    expect(found).toHaveLength(want.length);
    for (const [index, text] of found.entries()) expect(text).toMatch(want[index] as RegExp);
  });
});
