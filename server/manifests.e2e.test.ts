import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasKubectl, pathOf, type ServedCluster, serveCluster } from './testing/served-cluster.ts';

/** Manifests that people publish, applied with a real kubectl, twice: the second time changes nothing. */
const manifests = pathOf('../shared/data/manifests');
const APPLY_MS = 240_000;

interface Published {
  readonly name: string;
  readonly file: string;
  readonly namespace: string;
  readonly serverSide: boolean;
  /** Printed as changed every time by real clusters too: a default stands in a list that is replaced whole. */
  readonly changing: RegExp;
}

const PUBLISHED: readonly Published[] = [
  {
    name: 'Argo CD, from the server side',
    file: 'argo-cd/install.yaml',
    namespace: 'argocd',
    serverSide: true,
    changing: /^$/,
  },
  {
    name: 'ingress-nginx, from the client side',
    file: 'ingress-nginx/deploy/static/provider/baremetal/deploy.yaml',
    namespace: 'ingress-nginx',
    serverSide: false,
    changing: /^(configmap\/ingress-nginx-controller|validatingwebhookconfiguration\S+) configured$/,
  },
  {
    name: 'ingress-nginx, from the server side',
    file: 'ingress-nginx/deploy/static/provider/kind/deploy.yaml',
    namespace: 'ingress-nginx',
    serverSide: true,
    changing: /^$/,
  },
];

/** Custom resources: their definitions first. What a manifest lacks that its definition requires is refused. */
const CUSTOM = [
  {
    name: 'kube-prometheus',
    steps: ['kube-prometheus/manifests/setup', 'kube-prometheus/manifests'],
    listed: 'servicemonitors,prometheuses,prometheusrules,alertmanagers -A',
    count: 23,
  },
  {
    name: 'cert-manager',
    steps: ['cert-manager/deploy/crds', 'cert-manager/test/fixtures/cert-manager-resources.yaml'],
    listed: 'issuers,clusterissuers,certificates -A',
    count: 0,
  },
  {
    name: 'Chaos Mesh',
    steps: [
      'chaos-mesh-examples/config/crd/bases',
      'chaos-mesh-examples/examples/network-loss-example.yaml',
      'chaos-mesh-examples/examples/pod-kill-example.yaml',
    ],
    listed: 'networkchaos,podchaos -A',
    count: 0,
  },
] as const;

describe.skipIf(!hasKubectl || !existsSync(manifests))('custom resources that people publish', () => {
  for (const { name, steps, listed, count } of CUSTOM) {
    test(
      name,
      async () => {
        const cluster = await serveCluster('--speed', '1');
        cluster.run('kubectl create namespace chaos-mesh');
        const apply = (flags: string): void => {
          for (const step of steps) {
            const ran = cluster.run(`kubectl apply ${flags} -f ${path.join(manifests, step)}`);
            expect([ran.code, ran.output]).toEqual([0, ran.output]);
          }
        };
        const versions = (): string =>
          cluster.run(
            `kubectl get ${listed} -o jsonpath='{range .items[*]}{.metadata.name}{.metadata.generation}{"\\n"}{end}'`,
          ).output;
        apply('--server-side');
        const before = versions();
        expect(before.split('\n').length - 1).toBeGreaterThanOrEqual(Math.max(count, 1));
        apply('--server-side');
        expect(versions()).toBe(before);
        await cluster.end();
      },
      APPLY_MS,
    );
  }
});

describe.skipIf(!hasKubectl || !existsSync(manifests))('published manifests', () => {
  for (const { name, file, namespace, serverSide, changing } of PUBLISHED) {
    describe(name, () => {
      let cluster: ServedCluster;
      beforeAll(async () => {
        cluster = await serveCluster('--speed', '1');
        cluster.run(`kubectl create namespace ${namespace} || true`);
      });
      afterAll(() => cluster.end());

      test(
        'apply, and apply again',
        () => {
          const flags = serverSide ? '--server-side --force-conflicts' : '';
          const own = file.startsWith('argo-cd') ? `-n ${namespace}` : '';
          const line = `kubectl apply ${flags} ${own} -f ${path.join(manifests, file)}`;
          const first = cluster.run(line);
          expect([first.code, first.output]).toEqual([0, first.output]);
          // Controllers write at once, and a version says nothing then: what is asked for is the spec.
          const specs = (): string =>
            cluster.run(
              `kubectl get deployments,services,roles,configmaps,networkpolicies -n ${namespace} -o jsonpath='{range .items[*]}{.kind}{.metadata.name}{.metadata.generation}{.spec}{.data}{.rules}{"\\n"}{end}'`,
            ).output;
          const before = specs();
          const second = cluster.run(line);
          expect([second.code, second.output]).toEqual([0, second.output]);
          if (!serverSide) {
            const changed = second.output
              .split('\n')
              .filter((text) => text !== '' && !text.endsWith(' unchanged') && !changing.test(text));
            expect(changed).toEqual([]);
          }
          expect(specs()).toBe(before);
        },
        APPLY_MS,
      );
    });
  }
});
