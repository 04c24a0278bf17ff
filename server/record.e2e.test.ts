import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasKubectl, runProgram, serveCluster } from './testing/served-cluster.ts';

const SESSION_MS = 180_000;

describe.skipIf(!hasKubectl)('a session with kubectl', () => {
  test(
    'is recorded, and replays bit for bit; its log is served read-only at any moment',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-record-'));
      const log = path.join(folder, 'session.jsonl');
      const live = await serveCluster('--speed', 'max', '--nodes', '2', '--record', log);
      const numbers: string[] = [];
      for (const line of [
        'kubectl create deployment web --image=web:1 --replicas=2',
        'kubectl rollout status deployment/web --timeout=10m',
        'kubectl create configmap settings --from-literal=a=b',
        'kubectl get deployment web -o yaml | kubectl apply --server-side --force-conflicts -f - || true',
        'kubectl set image deployment/web web=web:2',
        'kubectl rollout status deployment/web --timeout=10m',
        'kubectl scale deployment web --replicas=0',
        'kubectl delete configmap settings',
        'kubectl create namespace gone && kubectl delete namespace gone',
      ]) {
        const ran = live.run(line);
        expect([line, ran.code, ran.output]).toEqual([line, 0, expect.any(String)]);
        numbers.push(live.run('kubectl get deployment web -o jsonpath={.metadata.resourceVersion}').output);
      }
      // When it had been rolled out, and its second image was not yet set.
      const rolledOut = `rv:${numbers[1]}`;
      // Refused, and in the log all the same.
      expect(live.run('kubectl create deployment web --image=web:1').code).toBe(1);
      expect(await live.end()).toBe(0);

      expect(runProgram('replay', log, '--verify')).toContain('re-executed bit for bit');

      const past = await serveCluster(log);
      const read = past.run(
        'kubectl get deployment web -o jsonpath={.spec.template.spec.containers[0].image}',
      );
      expect(read).toEqual({ code: 0, output: 'web:2' });
      const written = past.run('kubectl delete deployment web');
      expect(written.code).toBe(1);
      expect(written.output).toContain('this cluster is a recorded one, and is read-only');
      await past.end();

      const moments = await serveCluster(log, '--at', '1s', '--at', rolledOut);
      const image = 'get deployments -o jsonpath={.items[*].spec.template.spec.containers[0].image}';
      expect(moments.run('kubectl config current-context').output).toBe('wavetank-1s\n');
      expect(moments.run(`kubectl ${image}`).output).toBe('');
      expect(moments.run(`kubectl --context=wavetank-${rolledOut} ${image}`).output).toBe('web:1');
      expect(moments.run(`kubectl --context=wavetank ${image}`).output).toBe('web:2');
      expect(moments.run('kubectl get --raw /api/v1/nodes?watch=true --request-timeout=1s').output).toContain(
        'ADDED',
      );
      await moments.end();
      rmSync(folder, { recursive: true, force: true });
    },
    SESSION_MS,
  );
});
