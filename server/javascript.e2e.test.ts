import {
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  Metrics,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canServe, type ServedCluster, serveCluster } from './testing/served-cluster.ts';

/** The official JavaScript client, as operators written in JavaScript and TypeScript use it. */
const SESSION_MS = 120_000;
const NAMESPACE = 'default';

function deployment(name: string, replicas: number) {
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
      },
    },
  };
}

/** `condition` comes to hold while the cluster lives. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + SESSION_MS / 2;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.skipIf(!canServe)('the JavaScript client', () => {
  let cluster: ServedCluster;
  const config = new KubeConfig();
  beforeAll(async () => {
    cluster = await serveCluster('--speed', '20');
    config.loadFromFile(cluster.kubeconfig);
  }, SESSION_MS);
  afterAll(() => cluster?.end());

  test(
    'creates, reads, replaces, patches, lists in pages and deletes',
    async () => {
      const core = config.makeApiClient(CoreV1Api);
      const name = 'settings';
      const made = await core.createNamespacedConfigMap({
        namespace: NAMESPACE,
        body: { metadata: { name }, data: { a: '1' } },
      });
      expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
      const replaced = await core.replaceNamespacedConfigMap({
        namespace: NAMESPACE,
        name,
        body: { ...made, data: { a: '2' } },
      });
      expect(replaced.data).toEqual({ a: '2' });
      // What was read before is stale now.
      await expect(
        core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name, body: { ...made, data: {} } }),
      ).rejects.toMatchObject({ code: 409 });
      const patched = await core.patchNamespacedConfigMap(
        { namespace: NAMESPACE, name, body: { data: { b: '3' } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      expect(patched.data).toEqual({ a: '2', b: '3' });
      for (let i = 0; i < 5; i += 1) {
        await core.createNamespacedConfigMap({
          namespace: NAMESPACE,
          body: { metadata: { name: `page-${i}`, labels: { paged: 'true' } } },
        });
      }
      const names: string[] = [];
      let next: string | undefined;
      do {
        const page = await core.listNamespacedConfigMap({
          namespace: NAMESPACE,
          labelSelector: 'paged=true',
          limit: 2,
          ...(next === undefined ? {} : { _continue: next }),
        });
        names.push(...page.items.map(({ metadata }) => metadata?.name ?? ''));
        next = page.metadata?._continue || undefined;
      } while (next !== undefined);
      expect(names).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4']);
      await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name });
      await expect(core.readNamespacedConfigMap({ namespace: NAMESPACE, name })).rejects.toMatchObject({
        code: 404,
      });
    },
    SESSION_MS,
  );

  test(
    'scales a Deployment and follows its pods with an informer, which starts again where it was cut off',
    async () => {
      const core = config.makeApiClient(CoreV1Api);
      const apps = config.makeApiClient(AppsV1Api);
      const informer = makeInformer(
        config,
        `/api/v1/namespaces/${NAMESPACE}/pods`,
        () => core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: 'app=followed' }),
        'app=followed',
      );
      const heard: string[] = [];
      for (const verb of ['add', 'delete'] as const) {
        informer.on(verb, ({ metadata }) => heard.push(`${verb} ${metadata?.labels?.app}`));
      }
      await informer.start();
      const running = () =>
        informer.list(NAMESPACE)?.filter(({ status }) => status?.phase === 'Running').length ?? 0;
      await apps.createNamespacedDeployment({ namespace: NAMESPACE, body: deployment('followed', 2) });
      await until(() => running() === 2);
      await apps.patchNamespacedDeploymentScale(
        { namespace: NAMESPACE, name: 'followed', body: { spec: { replicas: 3 } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
      await until(() => running() === 3);
      await informer.stop();
      await informer.start();
      await until(() => running() === 3);
      await apps.deleteNamespacedDeployment({ namespace: NAMESPACE, name: 'followed' });
      await until(() => informer.list(NAMESPACE)?.length === 0);
      await informer.stop();
      expect(heard.filter((one) => one === 'add followed').length).toBeGreaterThanOrEqual(3);
      expect(heard.filter((one) => one === 'delete followed')).toHaveLength(3);
    },
    SESSION_MS,
  );

  test(
    'watches from a resourceVersion: every change once, in order, with bookmarks asked for',
    async () => {
      const core = config.makeApiClient(CoreV1Api);
      const list = await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'watched' });
      const seen: string[] = [];
      let last = Number(list.metadata?.resourceVersion);
      let inOrder = true;
      const controller = await new Watch(config).watch(
        `/api/v1/namespaces/${NAMESPACE}/configmaps`,
        {
          resourceVersion: list.metadata?.resourceVersion,
          labelSelector: 'watched',
          allowWatchBookmarks: true,
        },
        (type, object) => {
          const version = Number(object.metadata.resourceVersion);
          if (version <= last) inOrder = false;
          last = version;
          seen.push(`${type} ${object.metadata.name}`);
        },
        () => undefined,
      );
      const metadata = { name: 'seen', labels: { watched: 'yes' } };
      await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: { metadata } });
      await core.patchNamespacedConfigMap(
        { namespace: NAMESPACE, name: 'seen', body: [{ op: 'add', path: '/data', value: { a: '1' } }] },
        setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
      );
      await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'seen' });
      await until(() => seen.length === 3);
      controller.abort();
      expect([seen, inOrder]).toEqual([['ADDED seen', 'MODIFIED seen', 'DELETED seen'], true]);
    },
    SESSION_MS,
  );

  test(
    'elects a leader with a Lease: of two that write what they read, one is told of the conflict',
    async () => {
      const leases = config.makeApiClient(CoordinationV1Api);
      const name = 'election';
      const claim = async (identity: string): Promise<number> => {
        try {
          const lease = await leases.readNamespacedLease({ namespace: NAMESPACE, name });
          if (lease.spec?.holderIdentity) return 0;
          // Both have read it before either writes.
          await new Promise((resolve) => setTimeout(resolve, 200));
          const spec = {
            ...lease.spec,
            holderIdentity: identity,
            leaseDurationSeconds: 15,
            renewTime: new V1MicroTime(),
          };
          await leases.replaceNamespacedLease({ namespace: NAMESPACE, name, body: { ...lease, spec } });
          return 200;
        } catch (error) {
          return (error as { code: number }).code;
        }
      };
      await leases.createNamespacedLease({ namespace: NAMESPACE, body: { metadata: { name }, spec: {} } });
      const answers = await Promise.all([claim('one'), claim('two')]);
      expect(answers.toSorted()).toEqual([200, 409]);
      const { spec } = await leases.readNamespacedLease({ namespace: NAMESPACE, name });
      expect(spec?.holderIdentity).toBe(answers[0] === 200 ? 'one' : 'two');
      expect(String(spec?.renewTime)).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{6}Z$/);
      // The next one to ask finds it taken.
      expect(await claim('three')).toBe(0);
    },
    SESSION_MS,
  );

  test(
    'reads metrics of nodes, and lists what it has no types for',
    async () => {
      const apps = config.makeApiClient(AppsV1Api);
      await apps.createNamespacedDeployment({ namespace: NAMESPACE, body: deployment('measured', 1) });
      // Usage is known once a second scrape has come.
      const metrics = new Metrics(config);
      await until(async () => (await metrics.getPodMetrics(NAMESPACE)).items.length === 1);
      expect((await metrics.getNodeMetrics()).items).toHaveLength(1);
      const custom = config.makeApiClient(CustomObjectsApi);
      const listed = await custom.listNamespacedCustomObject({
        group: 'apps',
        version: 'v1',
        namespace: NAMESPACE,
        plural: 'statefulsets',
      });
      expect(listed).toMatchObject({ kind: 'StatefulSetList', items: [] });
    },
    SESSION_MS,
  );
});
