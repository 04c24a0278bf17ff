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
