import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { decodeObject } from '../../schema/decode.ts';
import type { ContainerStatus, Event, Pod, Service } from '../../schema/types.generated.ts';
import { parseRfc3339, SECOND } from '../../time.ts';
import { KINDS, kindFor } from '../registry.ts';
import type { Column, PrintContext } from './column.ts';
import { columnsFor } from './columns.ts';

const created = '2026-01-01T00:00:00Z';
const now = parseRfc3339(created)! + 90 * SECOND;

function row(
  object: KubeObject,
  context: PrintContext = { now, wide: true },
): Readonly<Record<string, unknown>> {
  const columns = columnsFor(kindFor(object.apiVersion, object.kind)!);
  return Object.fromEntries(columns.map((column) => [column.name, column.cell(object, context)]));
}

function metadata(extra: object = {}): KubeObject['metadata'] {
  return {
    name: 'x',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: created,
    ...extra,
  };
}

function pod(status: Pod['status'], spec: Partial<Pod['spec']> = {}, meta: object = {}): Pod {
  const containers = [{ name: 'a' }, { name: 'b' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadata(meta), spec: { containers, ...spec }, status };
}

const blank = { name: 'a', image: '', imageID: '', ready: false, restartCount: 0 };
const running: ContainerStatus = { ...blank, ready: true, state: { running: {} } };
const done: ContainerStatus = { ...blank, state: { terminated: { exitCode: 0, reason: 'Completed' } } };

describe('the status of a pod reads as kubectl prints it', () => {
  test.each<[string, Pod, string, string]>([
    ['waiting for a node', pod({ phase: 'Pending' }), 'Pending', '0/2'],
    [
      'gated',
      pod({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      }),
      'SchedulingGated',
      '0/2',
    ],
    [
      'starting',
      pod({
        phase: 'Pending',
        containerStatuses: [{ ...blank, state: { waiting: { reason: 'ContainerCreating' } } }],
      }),
      'ContainerCreating',
      '0/2',
    ],
    ['running', pod({ phase: 'Running', containerStatuses: [running, running] }), 'Running', '2/2'],
    [
      'crashing',
      pod({
        phase: 'Running',
        containerStatuses: [running, { ...blank, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      }),
      'CrashLoopBackOff',
      '1/2',
    ],
    [
      'failed without a reason',
      pod({ phase: 'Failed', containerStatuses: [{ ...blank, state: { terminated: { exitCode: 3 } } }] }),
      'ExitCode:3',
      '0/2',
    ],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted', '0/2'],
    [
      'one done, one running, not ready',
      pod({ phase: 'Running', containerStatuses: [done, running] }),
      'NotReady',
      '1/2',
    ],
    ['done', pod({ phase: 'Succeeded', containerStatuses: [done, done] }), 'Completed', '0/2'],
    ['being deleted', pod({ phase: 'Running' }, {}, { deletionTimestamp: created }), 'Terminating', '0/2'],
    [
      'being deleted on a lost node',
      pod({ phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: created }),
      'Unknown',
      '0/2',
    ],
    [
      'done, and being deleted',
      pod({ phase: 'Succeeded', containerStatuses: [done] }, {}, { deletionTimestamp: created }),
      'Completed',
      '0/2',
    ],
  ])('%s', (_what, object, status, ready) => {
    expect(row(object)).toMatchObject({ Status: status, Ready: ready });
  });

  const initContainers = [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }];
  const initDone = { ...done, name: 'i' };
  test.each<[string, readonly ContainerStatus[], string, string]>([
    ['the first runs', [{ ...blank, name: 'i', state: { running: {} } }], 'Init:0/2', '0/3'],
    [
      'the first failed',
      [{ ...blank, name: 'i', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
      'Init:Error',
      '0/3',
    ],
    [
      'the sidecar has started',
      [initDone, { ...running, name: 's', started: true }],
      'PodInitializing',
      '1/3',
    ],
  ])('while it initialises: %s', (_what, initContainerStatuses, status, ready) => {
    const containerStatuses = [{ ...blank, state: { waiting: { reason: 'PodInitializing' } } }];
    const object = pod({ phase: 'Pending', initContainerStatuses, containerStatuses }, { initContainers });
    const shown = row(object);
    expect(shown).toMatchObject({ Status: status, Ready: ready });
  });

  test('restarts say when the last was', () => {
    const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:01:00Z' } };
    const restarted = { ...running, restartCount: 2, lastState };
    expect(row(pod({ phase: 'Running', containerStatuses: [restarted] }))).toMatchObject({
      Restarts: '2 (30s ago)',
      Age: '90s',
      IP: '<none>',
      'Readiness Gates': '<none>',
    });
  });
});

describe('services', () => {
  function service(spec: Service['spec'], status: Service['status'] = {}): Service {
    return { apiVersion: 'v1', kind: 'Service', metadata: metadata(), spec, status };
  }

  test('show their addresses and ports', () => {
    const ports = [
      { port: 80, protocol: 'TCP' as const, nodePort: 30080 },
      { port: 53, protocol: 'UDP' as const },
    ];
    expect(
      row(service({ type: 'NodePort', clusterIPs: ['10.96.0.9'], ports, selector: { b: '2', a: '1' } })),
    ).toMatchObject({
      'Cluster-IP': '10.96.0.9',
      'External-IP': '<none>',
      'Port(s)': '80:30080/TCP,53/UDP',
      Selector: 'a=1,b=2',
    });
    expect(row(service({ type: 'LoadBalancer' }))['External-IP']).toBe('<pending>');
    expect(row(service({ type: 'ExternalName', externalName: 'db.example.com' }))['External-IP']).toBe(
      'db.example.com',
    );
  });

  test('shorten long addresses unless asked for wide', () => {
    const loadBalancer = { ingress: [{ hostname: 'a-very-long-name.example.com' }] };
    const object = service({ type: 'LoadBalancer' }, { loadBalancer });
    expect(row(object)['External-IP']).toBe('a-very-long-name.example.com');
    expect(row(object, { now })['External-IP']).toBe('a-very-long-n...');
  });
});

test('events say when they were last seen', () => {
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadata(),
    involvedObject: { kind: 'Pod', name: 'p' },
    firstTimestamp: created,
    lastTimestamp: '2026-01-01T00:01:00Z',
    count: 4,
    source: { component: 'kubelet', host: 'n1' },
    message: 'Back-off\n',
  };
  expect(row(event)).toMatchObject({
    'Last Seen': '30s',
    'First Seen': '90s',
    Object: 'pod/p',
    Source: 'kubelet, n1',
    Message: 'Back-off',
    Count: 4,
  });
});

test('every kind has columns, and a name among them', () => {
  for (const kind of KINDS) {
    const names = columnsFor(kind).filter(({ format, name }) => format === 'name' && name === 'Name');
    expect(names, kind.kind).toHaveLength(1);
  }
});

const recorded = '../shared/data/oracle/requests.jsonl';

interface Table {
  readonly kind: 'Table';
  readonly columnDefinitions: readonly {
    readonly name: string;
    readonly type: string;
    readonly priority: number;
  }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: KubeObject }[] | null;
}

/** Columns that Kubernetes has added since 1.20. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  jobs: ['Status'],
  persistentvolumeclaims: ['VolumeAttributesClass'],
  persistentvolumes: ['VolumeAttributesClass'],
  priorityclasses: ['PreemptionPolicy'],
};
/** Since 1.22 the restarts say when the last was, and are text. */
const RETYPED: Readonly<Record<string, string>> = { Restarts: 'string' };
/** Kinds without columns of their own here: they are listed by name and age. */
const GENERIC = [
  'certificatesigningrequests',
  'clusterrolebindings',
  'clusterroles',
  'componentstatuses',
  'controllerrevisions',
  'csinodes',
  'customresourcedefinitions',
  'ingressclasses',
  'limitranges',
  'resourcequotas',
  'rolebindings',
  'roles',
  'runtimeclasses',
  'validatingwebhookconfigurations',
  'volumeattachments',
];

describe.skipIf(!existsSync(recorded))('tables of a real API server', () => {
  const tables = existsSync(recorded)
    ? readFileSync(recorded, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { name: string; answer: Table })
        .filter(({ name, answer }) => name.startsWith('table-') && answer?.kind === 'Table')
        .map(({ name, answer }): [string, Table] => [name.slice('table-'.length), answer])
        .filter(([plural]) => !GENERIC.includes(plural))
    : [];

  test.each(tables)('%s', (plural, table) => {
    const kind = KINDS.find((one) => one.plural === plural)!;
    const columns = columnsFor(kind).filter((column) => !ADDED[plural]?.includes(column.name));
    const shape = (column: Column) => [column.name, column.type, column.wide === true ? 1 : 0];
    expect(columns.map(shape)).toEqual(
      table.columnDefinitions.map(({ name, priority, type }) => [name, RETYPED[name] ?? type, priority]),
    );
    for (const { cells, object } of table.rows ?? []) {
      // The rows hold the metadata alone, so only what it decides can be compared.
      const decoded = decodeObject({ ...object, apiVersion: kind.apiVersion, kind: kind.kind })
        .value as KubeObject;
      for (const [index, column] of columns.entries()) {
        if (column.format === 'name') expect(column.cell(decoded, { now })).toBe(cells[index]);
      }
    }
  });
});
