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

/** What one step of applying them reads: files, or what a kustomization makes. */
const CUSTOM = [
  {
    name: 'kube-prometheus',
    // Applied from the client's side, its definitions would be annotations too long for any server.
    definitions: '-f kube-prometheus/manifests/setup',
    objects: '-f kube-prometheus/manifests',
    listed: 'servicemonitors,prometheuses,prometheusrules,alertmanagers -A',
    count: 23,
  },
  {
    name: 'cert-manager',
    definitions: '-f cert-manager/deploy/crds',
    objects: '-f cert-manager/test/fixtures/cert-manager-resources.yaml',
    listed: 'issuers,clusterissuers,certificates -A',
    count: 1,
  },
  {
    name: 'Chaos Mesh',
    definitions: '-f chaos-mesh-examples/config/crd/bases',
    objects:
      '-f chaos-mesh-examples/examples/network-loss-example.yaml -f chaos-mesh-examples/examples/pod-kill-example.yaml',
    listed: 'networkchaos,podchaos -A',
    count: 2,
  },
  {
    name: 'metrics-server',
    definitions: '-k metrics-server/manifests/base',
    objects: '-k metrics-server/manifests/base',
    listed: 'deployments,serviceaccounts,services -n kube-system',
    count: 3,
  },
] as const;

/** Definitions first, then their objects, from the server's side and from the client's. */
describe.skipIf(!hasKubectl || !existsSync(manifests))('custom resources that people publish', () => {
  for (const { name, definitions, objects, listed, count } of CUSTOM) {
    test(
      name,
      async () => {
        const cluster = await serveCluster('--speed', '1');
        cluster.run('kubectl create namespace chaos-mesh');
        const apply = (what: string, flags: string): string => {
          const { code, output } = cluster.run(`cd ${manifests} && kubectl apply ${flags} ${what}`);
          expect([code, output]).toEqual([0, output]);
          return output;
        };
        const versions = (): string =>
          cluster.run(
            `kubectl get ${listed} -o jsonpath='{range .items[*]}{.metadata.name}{.metadata.generation}{"\\n"}{end}'`,
          ).output;
        apply(definitions, '--server-side');
        apply(objects, '--server-side');
        const before = versions();
        expect(before.split('\n').length - 1).toBeGreaterThanOrEqual(count);
        apply(objects, '--server-side');
        expect(versions()).toBe(before);
        // kubectl says `configured` of whatever it sent a patch for: of each object with a selector that is replaced, or
        // with a default in a list. What counts is that nothing has changed.
        for (let i = 0; i < 2; i += 1) apply(objects, '');
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
