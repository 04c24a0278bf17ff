import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasKubectl, runProgram, serveCluster } from './testing/served-cluster.ts';
import { type Answer, patchResponse, type Review, startWebhookServer } from './testing/webhook-server.ts';

const SESSION_MS = 180_000;

/** A plain webhook's policy, by path. */
function policy(at: string, { request }: Review): Answer {
  const object = request.object as { metadata?: { labels?: Record<string, string> }; spec?: object } | null;
  switch (at) {
    case '/mutate': {
      const labels = object?.metadata?.labels;
      const add = { op: 'add', path: '/metadata/labels', value: { ...labels, owner: 'webhook' } };
      return labels?.owner === undefined ? patchResponse([add]) : { allowed: true };
    }
    case '/validate': {
      const isBad = object?.metadata?.labels?.bad !== undefined;
      const denied = { allowed: false, status: { message: 'it is bad', code: 418 } };
      return isBad
        ? denied
        : { allowed: true, warnings: ['looked at it: schön'], auditAnnotations: { a: 'b' } };
    }
    case '/keep':
      return { allowed: false };
    case '/broken':
      return 500;
    default:
      return undefined;
  }
}

interface Options {
  readonly resources: readonly string[];
  readonly operations?: readonly string[];
  readonly type?: 'Mutating' | 'Validating';
  readonly client: object;
  readonly more?: object;
}

function configuration(
  name: string,
  { resources, operations = ['*'], type = 'Validating', client, more }: Options,
): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${type}WebhookConfiguration`,
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: client,
        rules: [{ apiGroups: ['', 'apps'], apiVersions: ['*'], operations, resources }],
        ...more,
      },
    ],
  };
}

describe.skipIf(!hasKubectl)('admission webhooks with kubectl', () => {
  test(
    'change and refuse what clients write, and replay without being asked',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-webhooks-'));
      const log = path.join(folder, 'session.jsonl');
      const hooks = await startWebhookServer(policy);
      const { caBundle, url } = hooks;
      const live = await serveCluster(
        '--speed',
        'max',
        '--record',
        log,
        '--webhook-service',
        `default/guard=${url}`,
      );
      onTestFinished(async () => {
        await live.end();
        await hooks.close();
        rmSync(folder, { recursive: true, force: true });
      });
      const expectRun = async (line: string, code: number, output: unknown): Promise<void> => {
        const ran = await live.runBeside(line);
        expect([line, ran]).toEqual([line, { code, output }]);
      };
      const at = (own: string): object => ({ url: `${url}${own}`, caBundle });
      const apply = async (...objects: readonly object[]): Promise<void> => {
        const file = path.join(folder, 'objects.json');
        writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
        await expectRun(`kubectl apply -f ${file}`, 0, expect.any(String));
      };
      await apply(
        configuration('mutate', {
          type: 'Mutating',
          resources: ['configmaps'],
          operations: ['CREATE', 'UPDATE'],
          client: at('/mutate'),
        }),
        configuration('validate', {
          resources: ['configmaps'],
          operations: ['CREATE'],
          client: { service: { name: 'guard', namespace: 'default', path: '/validate' }, caBundle },
        }),
      );

      await expectRun(
        'kubectl create configmap a --from-literal=a=b',
        0,
        'Warning: looked at it: schön\nconfigmap/a created\n',
      );
      await expectRun('kubectl get configmap a -o jsonpath={.metadata.labels}', 0, '{"owner":"webhook"}');
      const [first, second] = hooks.asked.map(({ path: own, review }) => ({
        own,
        ...review.request,
      })) as unknown as readonly [Record<string, unknown>, Record<string, unknown>];
      expect(first).toMatchObject({
        own: '/mutate',
        operation: 'CREATE',
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'a',
        namespace: 'default',
        userInfo: { groups: expect.arrayContaining(['system:masters']) },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', fieldManager: 'kubectl-create', fieldValidation: 'Strict' },
      });
      // A validating webhook sees what the others made of it, and what the server adds.
      expect(second).toMatchObject({
        own: '/validate',
        object: { metadata: { labels: { owner: 'webhook' }, uid: expect.any(String) } },
      });
      const uid = (second.object as { metadata: { uid: string } }).metadata.uid;
      await expectRun('kubectl get configmap a -o jsonpath={.metadata.uid}', 0, uid);

      const bad = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: bad, labels: { bad: "1" } }';
      await expectRun(
        `kubectl create -f - <<'E'\n${bad}\nE`,
        1,
        'Error from server: error when creating "STDIN": admission webhook "validate.example.com" denied the request: it is bad\n',
      );
      await expectRun(
        'kubectl create configmap dry --dry-run=server',
        0,
        expect.stringContaining('created (server dry run)'),
      );
      expect(hooks.asked.at(-1)?.review.request.dryRun).toBe(true);

      // Deletions, and what is done by subresources.
      await apply(
        configuration('keep', {
          resources: ['configmaps', 'deployments/scale'],
          operations: ['DELETE', 'UPDATE'],
          client: at('/keep'),
          more: {
            objectSelector: { matchExpressions: [{ key: 'owner', operator: 'NotIn', values: ['x'] }] },
          },
        }),
      );
      const denied = 'denied the request without explanation\n';
      await expectRun('kubectl delete configmap a', 1, expect.stringContaining(denied));
      await expectRun('kubectl create deployment web --image=web --replicas=1', 0, expect.any(String));
      await expectRun('kubectl scale deployment web --replicas=3', 1, expect.stringContaining(denied));
      expect(hooks.asked.at(-1)?.review.request).toMatchObject({
        kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
        resource: { group: 'apps', version: 'v1', resource: 'deployments' },
        subResource: 'scale',
        object: { spec: { replicas: 3 } },
        oldObject: { spec: { replicas: 1 } },
      });
      // Its pods are made by a controller of the simulation, which no webhook hears of.
      await expectRun('kubectl rollout status deployment/web --timeout=10m', 0, expect.any(String));
      await expectRun('kubectl delete validatingwebhookconfiguration keep', 0, expect.any(String));

      // What can't be asked: broken, too slow, of another authority, nowhere.
      await apply(
        configuration('broken', { resources: ['secrets'], operations: ['CREATE'], client: at('/broken') }),
        configuration('slow', { resources: ['services'], client: at('/never'), more: { timeoutSeconds: 1 } }),
        configuration('strange', { resources: ['serviceaccounts'], client: { url }, more: {} }),
        configuration('gone', {
          resources: ['pods'],
          operations: ['CREATE'],
          client: { service: { name: 'none', namespace: 'default' } },
        }),
        configuration('open', {
          resources: ['configmaps'],
          client: { service: { name: 'none', namespace: 'default' } },
          more: { failurePolicy: 'Ignore' },
        }),
      );
      const failing = (name: string, text: string): unknown =>
        expect.stringContaining(
          `Internal error occurred: failed calling webhook "${name}.example.com": failed to call webhook: ${text}`,
        );
      await expectRun(
        'kubectl create secret generic s',
        1,
        failing(
          'broken',
          'an error on the server ("it is broken") has prevented the request from succeeding',
        ),
      );
      await expectRun(
        'kubectl create service clusterip s --tcp=1',
        1,
        failing('slow', `Post "${url}/never?timeout=1s": context deadline exceeded`),
      );
      await expectRun(
        'kubectl create serviceaccount s',
        1,
        failing(
          'strange',
          `Post "${url}/?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
        ),
      );
      await expectRun(
        'kubectl run p --image=p',
        1,
        failing('gone', 'Post "https://none.default.svc:443/?timeout=10s": service "none" not found'),
      );
      await expectRun('kubectl create configmap open', 0, expect.any(String));

      expect(await live.end()).toBe(0);
      const asked = hooks.asked.length;
      await hooks.close();
      expect(runProgram('replay', log, '--verify')).toContain('re-executed bit for bit');
      expect(hooks.asked).toHaveLength(asked);
    },
    SESSION_MS,
  );
});
