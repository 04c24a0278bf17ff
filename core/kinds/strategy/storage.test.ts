import { describe, expect, test } from 'vitest';
import { faults, prepared, updateFaults } from '../testing/outcome.ts';

const CLAIM_SPEC = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } };

function claim(spec: object = {}) {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { ...CLAIM_SPEC, ...spec } };
}

function volume(spec: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' }, ...spec },
  };
}

describe('claims', () => {
  test('what fills a claim is said in both fields', () => {
    const source = { kind: 'PersistentVolumeClaim', name: 'a' };
    expect(prepared(claim({ dataSource: source }))).toMatchObject({ spec: { dataSourceRef: source } });
    expect(prepared(claim({ dataSourceRef: source }))).toMatchObject({ spec: { dataSource: source } });
    const elsewhere = { ...source, namespace: 'other' };
    expect(prepared(claim({ dataSourceRef: elsewhere }))).not.toHaveProperty('spec.dataSource');
  });

  test.each<[string, object, readonly string[]]>([
    ['all is well', {}, []],
    [
      'one pod alone, and others',
      { accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] },
      ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
    ],
    [
      'a mode that there is not',
      { accessModes: ['Sometimes'], volumeMode: 'Tape' },
      [
        'spec.accessModes: Unsupported value: "Sometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      'filled from a pod',
      { dataSource: { kind: 'Pod', name: 'p' } },
      [
        `spec.dataSource: Invalid value: "Pod": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
        `spec.dataSourceRef: Invalid value: "Pod": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
      ],
    ],
  ])('%s', (_name, spec, want) => expect(faults(claim(spec))).toEqual(want));

  const IMMUTABLE =
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  const sized = (storage: string) => ({ ...CLAIM_SPEC, resources: { requests: { storage } } });
  test.each<[string, object, readonly string[]]>([
    ['the binder names the volume', { spec: { ...CLAIM_SPEC, volumeName: 'v' } }, []],
    ['a class is given later', { spec: { ...CLAIM_SPEC, storageClassName: 'fast' } }, []],
    ['another mode', { spec: { ...CLAIM_SPEC, accessModes: ['ReadWriteMany'] } }, [IMMUTABLE]],
    ['larger, and not bound', { spec: sized('3Gi') }, [IMMUTABLE]],
  ])('%s', (_name, change, want) => expect(updateFaults(claim(), change)).toEqual(want));

  test('a bound one may grow, and take back what it did not get', () => {
    const bound = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } };
    expect(updateFaults(claim(), { spec: sized('3Gi') }, bound)).toEqual([]);
    expect(updateFaults(claim(), { spec: sized('1500Mi') }, bound)).toEqual([]);
    expect(updateFaults(claim(), { spec: sized('1Gi') }, bound)).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]);
  });
});

describe('volumes', () => {
  test.each<[string, object, readonly string[]]>([
    ['all is well', {}, []],
    [
      'two in one',
      { nfs: { server: 's', path: '/x' } },
      ['spec.nfs: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'local without a place',
      { hostPath: undefined, local: { path: '/a' } },
      ['metadata.annotations: Required value: Local volume requires node affinity'],
    ],
    [
      'of a driver, without what it needs',
      { hostPath: undefined, csi: { driver: 'a_b' } },
      [
        `spec.csi.driver: Invalid value: "a_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
        'spec.csi.volumeHandle: Required value',
      ],
    ],
    [
      'of the network, without an export',
      { hostPath: undefined, nfs: { server: '', path: 'x' } },
      ['spec.nfs.server: Required value', 'spec.nfs.path: Invalid value: "x": must be an absolute path'],
    ],
    [
      'a root that would be emptied',
      { hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' },
      [`spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'`],
    ],
    [
      'no room',
      { capacity: { storage: '0', cpu: '1' } },
      [
        'spec.capacity: Unsupported value: {"storage":"0","cpu":"1"}: supported values: "storage"',
        'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
      ],
    ],
  ])('%s', (_name, spec, want) => expect(faults(volume(spec))).toEqual(want));

  test('what it is made of stays', () => {
    const { spec } = volume({ hostPath: { path: '/b' } });
    expect(updateFaults(volume(), { spec })).toEqual([
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
    ]);
    expect(updateFaults(volume(), { spec: { ...volume().spec, claimRef: { name: 'c' } } })).toEqual([]);
  });
});

describe('classes', () => {
  const ofClass = (fields: object = {}) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    provisioner: 'a.b/c',
    ...fields,
  });

  test('have defaults', () => {
    expect(prepared(ofClass())).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
  });

  test.each<[string, object, readonly string[]]>([
    [
      'policies that there are not',
      { reclaimPolicy: 'Recycle', volumeBindingMode: 'Later' },
      [
        'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
        'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
      ],
    ],
    [
      'a zone twice',
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'a'] }] }] },
      ['allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"'],
    ],
  ])('%s', (_name, fields, want) => expect(faults(ofClass(fields))).toEqual(want));

  test('keep what volumes were made by', () => {
    expect(
      updateFaults(ofClass(), {
        provisioner: 'other',
        parameters: { a: 'b' },
        volumeBindingMode: 'WaitForFirstConsumer',
      }),
    ).toEqual([
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ]);
  });
});

test('attachments name one volume', () => {
  const attachment = (source: object) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    spec: { attacher: 'a.b', nodeName: 'n', source },
  });
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  expect(faults(attachment({}))).toEqual([`spec.source: Required value: ${one}`]);
  expect(faults(attachment({ persistentVolumeName: 'v', inlineVolumeSpec: {} }))).toEqual([
    `spec.source: Forbidden: ${one}`,
  ]);
  expect(prepared(attachment({ persistentVolumeName: 'v' }))).toMatchObject({ status: { attached: false } });
});

test('drivers have defaults, and keep whether they attach', () => {
  const driver = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', spec: {} };
  expect(prepared(driver)).toMatchObject({
    spec: {
      attachRequired: true,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
    },
  });
  expect(faults(driver)).toEqual([]);
  expect(updateFaults(driver, { spec: { attachRequired: false } })).toEqual([
    'spec.attachRequired: Invalid value: false: field is immutable',
  ]);
});
