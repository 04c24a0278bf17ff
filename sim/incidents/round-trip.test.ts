import { expect, test } from 'vitest';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Deployment, Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { MINUTE } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readManifest } from '../scenario/manifest.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { ManifestObject, Scenario } from '../scenario/scenario.ts';
import { AuditExporter, exportDump } from './export.ts';
import { Findings } from './findings.ts';
import { type ImportedScenario, importScenario } from './import.ts';

function deployment(name: string, replicas: number, namespace = 'shop'): object {
  const container = { name: 'main', image: `${name}:1`, ports: [{ containerPort: 80 }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { team: 'a' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
    },
  };
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
};

function scenario(spec: object): Scenario {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'trip' },
    spec,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems, undefined, 1));
  return read.scenario;
}

const original = scenario({
  duration: '30m',
  cluster: {
    nodeGroups: [
      { name: 'general', count: 3, zones: ['a', 'b'] },
      { name: 'big', count: 2, zones: ['c'], machine: { cpu: 16, memory: '64Gi' }, labels: { pool: 'big' } },
    ],
  },
  manifests: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop' },
      data: { a: 'b' },
    },
    service,
    deployment('web', 8),
    deployment('cache', 2),
    deployment('old', 1),
  ],
  timeline: [
    { at: '5m', setImage: 'deployment/shop/web', container: 'main', image: 'web:2' },
    { at: '6m', scale: 'deployment/shop/cache', replicas: 4 },
    { at: '7m', apply: deployment('late', 2) },
    { at: '8m', delete: 'deployment/shop/old' },
    { at: '9m', drain: 'general-2' },
    { at: '12m', uncordon: 'general-2' },
    {
      at: '13m',
      patch: 'deployment/shop/web',
      with: { metadata: { labels: { team: 'b' } }, spec: { minReadySeconds: 5 } },
    },
    { at: '14m', fault: 'node-crash', node: 'general-1', for: '8m' },
  ],
});

interface Exported {
  readonly audit: readonly object[];
  readonly dump: object | undefined;
  readonly view: View;
}

/** As a real API server and kubectl would have written it: as JSON. */
function exported(given: Scenario, dumpAt: number | undefined): Exported {
  const exporter = new AuditExporter(given.seed);
  const records: LogRecord[] = [];
  let dump: object | undefined;
  let after = 0;
  const { simulation } = runScenario(given, {
    sinks: [(record) => void records.push(record)],
    onProgress: (now, { view }) => {
      if (dump === undefined && dumpAt !== undefined && now - given.startTime >= dumpAt) {
        dump = JSON.parse(JSON.stringify(exportDump(view)));
        after = view.version;
      }
      return false;
    },
  });
  expect(simulation.refusals).toEqual([]);
  const audit = records
    .filter(({ rv }) => rv > after)
    .flatMap((record) => exporter.event(record) ?? [])
    .map((event) => JSON.parse(JSON.stringify(event)));
  return { audit, dump, view: simulation.view };
}

/** What `import` would have read back from its files. */
function asScenario(imported: ImportedScenario): Scenario {
  const objectsOf = (name: string): readonly ManifestObject[] =>
    (imported.files.find((file) => file.name === name)?.objects ?? []).map((raw) => {
      const read = readManifest(raw);
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      return { source: name, object: read.object };
    });
  const read = readScenario(imported.scenario, { load: objectsOf, sourceOf: (path) => path.join('.') });
  if (!read.ok) throw new Error(JSON.stringify(read.problems, undefined, 1));
  return read.scenario;
}

/** Names of Deployments and ReplicaSets (with the hash of their template), replicas, images, ready pods. */
function workloads(view: View): object {
  return {
    deployments: view.list(DEPLOYMENT).map(({ metadata, spec, status }: Deployment) => ({
      name: `${metadata.namespace}/${metadata.name}`,
      labels: metadata.labels,
      replicas: spec?.replicas,
      images: spec?.template.spec?.containers.map(({ image }) => image),
      minReadySeconds: spec?.minReadySeconds,
      ready: status.readyReplicas,
    })),
    replicaSets: view
      .list(REPLICA_SET)
      .filter(({ spec }: ReplicaSet) => (spec?.replicas ?? 0) > 0)
      .map(({ metadata, status }: ReplicaSet) => ({ name: metadata.name, ready: status.readyReplicas })),
    pods: view
      .list(POD)
      .map(
        ({ metadata, status }: Pod) =>
          `${metadata.labels?.app}-${metadata.labels?.['pod-template-hash']} ${status.phase}`,
      )
      .sort(),
  };
}

function lines(events: readonly object[]): { readonly raw: unknown; readonly where: string }[] {
  return events.map((raw, index) => ({ raw, where: `audit.jsonl:${index + 1}` }));
}

test.each([
  ['an audit log alone, from the very start', undefined],
  ['a dump at the end of the boot, and the audit log since', 1 * MINUTE],
])('a run, exported as %s, imported and run again, ends in the same state', (_name, dumpAt) => {
  const { audit, dump, view } = exported(original, dumpAt);
  const imported = importScenario({
    audit: lines(audit),
    dump: dump === undefined ? [] : [{ raw: dump, where: 'dump.yaml' }],
    findings: new Findings(),
  });
  const again = asScenario(imported);
  const outcome = runScenario(again);
  expect(outcome.simulation.refusals).toEqual([]);
  expect(workloads(outcome.simulation.view)).toEqual(workloads(view));
  // Without a dump nobody knows which nodes there were.
  if (dump === undefined) return;
  expect(again.cluster.nodeGroups).toEqual(
    [...original.cluster.nodeGroups].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  expect(again.timeline.map(({ action }) => action.op)).toEqual([
    'patch',
    'scale',
    'apply',
    'delete',
    'drain',
    'uncordon',
    'patch',
    'fault',
  ]);
});

test('the end of a run, exported as a dump alone, comes up again', () => {
  const { view } = exported(original, undefined);
  const dump: unknown = JSON.parse(JSON.stringify(exportDump(view)));
  const imported = importScenario({
    audit: [],
    dump: [{ raw: dump, where: 'dump.json' }],
    findings: new Findings(),
  });
  const { simulation } = runScenario(asScenario(imported));
  expect(simulation.refusals).toEqual([]);
  expect(workloads(simulation.view)).toEqual(workloads(view));
});

test('the audit log has the users and the requests of a real one', () => {
  const { audit } = exported(original, undefined);
  const events = audit as readonly {
    readonly verb: string;
    readonly user: { readonly username: string };
    readonly objectRef: { readonly resource: string; readonly subresource?: string };
    readonly auditID: string;
    readonly requestURI: string;
  }[];
  const seen = new Set(
    events.map(({ verb, user, objectRef }) => {
      const { resource, subresource } = objectRef;
      return `${user.username.replace(/general-\d|big-\d/, 'NODE')} ${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    }),
  );
  for (const expected of [
    'kubernetes-admin create deployments',
    'kubernetes-admin patch deployments',
    'kubernetes-admin delete deployments',
    'kubernetes-admin patch nodes',
    'kubernetes-admin create pods/eviction',
    'system:kube-scheduler create pods/binding',
    'system:node:NODE patch pods/status',
    'system:node:NODE delete pods',
    'system:serviceaccount:kube-system:deployment-controller create replicasets',
    'system:serviceaccount:kube-system:replicaset-controller create pods',
    'system:serviceaccount:kube-system:generic-garbage-collector delete replicasets',
    'system:serviceaccount:kube-system:node-controller update nodes/status',
  ]) {
    expect(seen).toContain(expected);
  }
  expect(new Set(events.map(({ auditID }) => auditID)).size).toBe(events.length);
  expect(
    events.find(({ verb, objectRef }) => verb === 'patch' && objectRef.resource === 'deployments')
      ?.requestURI,
  ).toBe('/apis/apps/v1/namespaces/shop/deployments/web');
});
