import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasKubectl, runProgram, serveCluster } from './testing/served-cluster.ts';

const SESSION_MS = 180_000;

const CLAIM_AND_POD = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: db }
spec:
  containers: [{ name: db, image: db }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]`;

describe.skipIf(!hasKubectl)('admission with kubectl', () => {
  test(
    'pod security, claims in use and nodes are as kubectl knows them, and replay',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-admission-'));
      const log = path.join(folder, 'session.jsonl');
      const live = await serveCluster('--speed', 'max', '--nodes', '2', '--record', log);
      onTestFinished(async () => {
        await live.end();
        rmSync(folder, { recursive: true, force: true });
      });
      const expectRun = (line: string, code: number, output: unknown): void => {
        expect([line, live.run(line)]).toEqual([line, { code, output }]);
      };
      const label = 'pod-security.kubernetes.io';
      expectRun('kubectl create namespace strict', 0, expect.any(String));
      expectRun(
        `kubectl label namespace strict ${label}/enforce=baseline ${label}/warn=restricted ${label}/warn-version=v1.20`,
        0,
        'namespace/strict labeled\n',
      );
      expectRun(
        'kubectl -n strict run a --image=a --privileged',
        1,
        'Error from server (Forbidden): pods "a" is forbidden: violates PodSecurity "baseline:latest": privileged (container "a" must not set securityContext.privileged=true)\n',
      );
      expectRun(
        'kubectl -n strict create deployment web --image=web',
        0,
        'Warning: would violate PodSecurity "restricted:v1.20": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")\ndeployment.apps/web created\n',
      );
      expectRun('kubectl -n strict rollout status deployment/web --timeout=10m', 0, expect.any(String));
      expectRun(
        `kubectl label --dry-run=server --overwrite namespace strict ${label}/enforce=restricted`,
        0,
        expect.stringMatching(
          /^Warning: existing pods in namespace "strict" violate the new PodSecurity enforce level "restricted:latest"\nWarning: web-\S+: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile\n/,
        ),
      );
      expectRun(
        `kubectl label namespace default ${label}/enforce=strict`,
        1,
        expect.stringContaining('must be one of privileged, baseline, restricted'),
      );

      expectRun(`kubectl apply -f - <<'E'\n${CLAIM_AND_POD}\nE`, 0, expect.any(String));
      expectRun('kubectl wait --for=condition=Ready pod/db --timeout=10m', 0, expect.any(String));
      expectRun('kubectl delete pvc data --wait=false', 0, expect.any(String));
      expectRun('kubectl get pvc data --no-headers', 0, expect.stringMatching(/^data +Terminating /));
      expectRun('kubectl delete pod db', 0, expect.any(String));
      expectRun(
        'kubectl wait --for=delete pvc/data --timeout=10m && kubectl wait --for=delete pv --all --timeout=10m',
        0,
        expect.any(String),
      );

      const asNode = '--as=system:node:node-1 --as-group=system:nodes';
      expectRun(
        'kubectl create clusterrolebinding n --clusterrole=system:node --group=system:nodes',
        0,
        expect.any(String),
      );
      expectRun(
        `kubectl label node node-2 a=b ${asNode}`,
        1,
        expect.stringContaining('node "node-1" is not allowed to modify node "node-2"'),
      );
      expectRun(`kubectl label node node-1 a=b ${asNode}`, 0, 'node/node-1 labeled\n');

      expect(await live.end()).toBe(0);
      expect(runProgram('replay', log, '--verify')).toContain('re-executed bit for bit');
    },
    SESSION_MS,
  );
});
