import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hasKubectl, serveCluster } from './testing/served-cluster.ts';

/** The official Python client (`python3-kubernetes` of Debian), where it is installed. */
const PYTHON = '/usr/bin/python3';
const hasClient = hasKubectl && spawnSync(PYTHON, ['-c', 'import kubernetes']).status === 0;
const SESSION_MS = 120_000;

const PROGRAM = `
from kubernetes import client, config, watch
config.load_kube_config()
core, apps = client.CoreV1Api(), client.AppsV1Api()
print(len(core.list_node().items), client.VersionApi().get_code().git_version[:2])
container = client.V1Container(name='c', image='i:1')
template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels={'app': 'py'}), spec=client.V1PodSpec(containers=[container]))
spec = client.V1DeploymentSpec(replicas=2, selector=client.V1LabelSelector(match_labels={'app': 'py'}), template=template)
apps.create_namespaced_deployment('default', client.V1Deployment(metadata=client.V1ObjectMeta(name='py'), spec=spec))
print(apps.patch_namespaced_deployment_scale('py', 'default', {'spec': {'replicas': 3}}).spec.replicas)
running = set()
for event in watch.Watch().stream(core.list_namespaced_pod, 'default', label_selector='app=py', timeout_seconds=60):
    if event['object'].status.phase == 'Running':
        running.add(event['object'].metadata.name)
    if len(running) == 3:
        break
page = core.list_namespaced_pod('default', label_selector='app=py', limit=2)
print(len(page.items), page.metadata._continue is not None)
name = page.items[0].metadata.name
print(core.read_namespaced_pod_log(name, 'default').splitlines()[0])
core.create_namespaced_pod_eviction(name, 'default', client.V1Eviction(metadata=client.V1ObjectMeta(name=name)))
apps.delete_namespaced_deployment('py', 'default')
try:
    core.read_namespaced_pod('nope', 'default')
except client.ApiException as error:
    print(error.status, error.reason)
`;

describe.skipIf(!hasClient)('the Python client', () => {
  test(
    'creates, scales, watches, pages, reads logs, evicts and deletes',
    async () => {
      const cluster = await serveCluster('--speed', 'max');
      const ran = cluster.run(`${PYTHON} - <<'END'\n${PROGRAM}END`);
      expect(ran).toEqual({ code: 0, output: '3 v1\n3\n2 True\nc started, image i:1\n404 Not Found\n' });
      await cluster.end();
    },
    SESSION_MS,
  );
});
