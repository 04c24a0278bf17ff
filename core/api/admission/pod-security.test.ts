import { describe, expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from '../../rest/testing/rest-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';
const NAMESPACE = '/api/v1/namespaces/default';
const LABEL = 'pod-security.kubernetes.io/';
const MERGE = { contentType: 'application/merge-patch+json' };

function pod(name: string, spec: object = {}, container: object = {}, annotations?: object): object {
  return {
    metadata: { name, annotations },
    spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
  };
}

function labelled(labels: object): RestCluster {
  const world = restCluster();
  expect(world.send('PATCH', NAMESPACE, { metadata: { labels } }, MERGE).code).toBe(200);
  return world;
}

/** What stands behind the policy in the message of a refusal; '' where the pod is let in. */
function violations(level: string, object: object, version = 'latest'): string {
  const world = labelled({ [`${LABEL}enforce`]: level, [`${LABEL}enforce-version`]: version });
  const made = world.send('POST', PODS, object);
  if (made.code === 201) return '';
  expect(made.code).toBe(403);
  const message = String(at(made, 'message'));
  const start = `pods "x" is forbidden: violates PodSecurity "${level}:${version}": `;
  expect(message.slice(0, start.length)).toBe(start);
  return message.slice(start.length);
}

const SAFE = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

describe('PodSecurity', () => {
  test('the restricted level says all that a plain pod lacks, and lets in one that lacks nothing', () => {
    expect(violations('restricted', pod('x'))).toBe(
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(violations('restricted', pod('x', {}, { securityContext: SAFE }))).toBe('');
    expect(violations('baseline', pod('x'))).toBe('');
    expect(violations('privileged', pod('x', { hostNetwork: true }))).toBe('');
  });

  const context = (securityContext: object): object => pod('x', {}, { securityContext });
  const ofPod = (securityContext: object): object => pod('x', { securityContext });

  test.each<[string, object, string]>([
    [
      'host namespaces',
      pod('x', { hostNetwork: true, hostPID: true, hostIPC: true }),
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    [
      'privileged',
      context({ privileged: true }),
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    [
      'capabilities',
      context({ capabilities: { add: ['SYS_TIME', 'CHOWN', 'NET_RAW'] } }),
      'non-default capabilities (container "c" must not include "NET_RAW", "SYS_TIME" in securityContext.capabilities.add)',
    ],
    [
      'hostPath',
      pod('x', {
        volumes: [
          { name: 'v', hostPath: { path: '/' } },
          { name: 'w', hostPath: { path: '/' } },
        ],
      }),
      'hostPath volumes (volumes "v", "w")',
    ],
    [
      'host ports',
      pod('x', {}, { ports: [{ containerPort: 80, hostPort: 8080 }] }),
      'hostPort (container "c" uses hostPort 8080)',
    ],
    [
      'AppArmor of a pod',
      ofPod({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'AppArmor by annotation',
      pod('x', {}, {}, { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' }),
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
    ],
    [
      'SELinux',
      ofPod({ seLinuxOptions: { type: 'spc_t', user: 'u' } }),
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      'SELinux of a container',
      context({ seLinuxOptions: { role: 'r' } }),
      'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: role may not be set)',
    ],
    [
      'seccomp',
      context({ seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'sysctls',
      ofPod({
        sysctls: [
          { name: 'kernel.msgmax', value: '1' },
          { name: 'net.ipv4.tcp_rmem', value: '1' },
        ],
      }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'probes',
      pod('x', {}, { livenessProbe: { tcpSocket: { host: '10.0.0.1', port: 1 } } }),
      'probe or lifecycle host (container "c" uses probe or lifecycle host "10.0.0.1")',
    ],
    [
      'lifecycle',
      pod('x', {}, { lifecycle: { preStop: { httpGet: { host: 'h', port: 1 } } } }),
      'probe or lifecycle host (container "c" uses probe or lifecycle host "h")',
    ],
  ])('baseline: %s', (_name, object, text) => {
    expect(violations('baseline', object)).toBe(text);
  });

  test('init containers count, and come first; controls that are overridden say it once', () => {
    const object = pod('x', {
      initContainers: [
        { name: 'i', image: 'i', securityContext: { ...SAFE, capabilities: { add: ['NET_RAW'] } } },
      ],
      containers: [{ name: 'c', image: 'i', securityContext: { ...SAFE, runAsUser: 0 } }],
      volumes: [{ name: 'v', hostPath: { path: '/' } }],
    });
    expect(violations('restricted', object)).toBe(
      'unrestricted capabilities (container "i" must set securityContext.capabilities.drop=["ALL"]; container "i" must not include "NET_RAW" in securityContext.capabilities.add), ' +
        'restricted volume types (volume "v" uses restricted volume type "hostPath"), ' +
        'runAsUser=0 (container "c" must not set runAsUser=0)',
    );
  });

  test('an older version has the controls of its time', () => {
    const probing = pod('x', {}, { livenessProbe: { tcpSocket: { host: 'h', port: 1 } } });
    expect(violations('baseline', probing, 'v1.33')).toBe('');
    expect(
      violations('baseline', ofPod({ sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] }), 'v1.31'),
    ).toBe('forbidden sysctls (net.ipv4.tcp_rmem)');
    expect(violations('restricted', pod('x'), 'v1.7')).toBe(
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
    );
    const inUserNamespace = pod(
      'x',
      { hostUsers: false },
      { securityContext: { ...SAFE, runAsNonRoot: false } },
    );
    expect(violations('restricted', inUserNamespace)).toBe('');
    expect(violations('restricted', inUserNamespace, 'v1.34')).toBe(
      'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
    );
  });

  test('warnings: for pods, and for the templates of workloads, which nothing is enforced on', () => {
    const world = labelled({ [`${LABEL}warn`]: 'baseline', [`${LABEL}enforce`]: 'baseline' });
    const bad = { hostPID: true };
    const template = { metadata: { labels: { a: 'b' } }, ...(pod('', bad) as { spec: object }) };
    const { spec } = template;
    const made = world.send('POST', '/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec } },
    });
    expect([made.code, made.warnings]).toEqual([
      201,
      ['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)'],
    ]);
    const cron = world.send('POST', '/apis/batch/v1/namespaces/default/cronjobs', {
      metadata: { name: 'c' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { ...spec, restartPolicy: 'Never' } } } },
      },
    });
    expect(cron.warnings).toHaveLength(1);
    // A pod that is refused is not warned about besides.
    expect(world.send('POST', PODS, pod('x', bad)).warnings).toEqual([]);
  });

  test('who makes a namespace stricter hears of the pods in it, alike ones in one line', () => {
    const world = restCluster();
    for (const name of ['b', 'a', 'c']) world.send('POST', PODS, pod(name));
    world.send('POST', PODS, pod('d', { hostNetwork: true }));
    const labels = { [`${LABEL}enforce`]: 'restricted', [`${LABEL}enforce-version`]: 'v1.36' };
    const patched = world.send('PATCH', `${NAMESPACE}?dryRun=All`, { metadata: { labels } }, MERGE);
    const plain =
      'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile';
    expect(patched.warnings).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:v1.36"',
      `a (and 2 other pods): ${plain}`,
      `d: host namespaces, ${plain}`,
    ]);
    world.send('PATCH', NAMESPACE, { metadata: { labels } }, MERGE);
    const relaxed = { labels: { [`${LABEL}enforce`]: 'baseline' } };
    expect(world.send('PATCH', NAMESPACE, { metadata: relaxed }, MERGE).warnings).toEqual([]);
  });

  test('labels that mean nothing are refused', () => {
    const world = restCluster();
    const made = world.send('POST', '/api/v1/namespaces', {
      metadata: { name: 'n', labels: { [`${LABEL}enforce`]: 'strict', [`${LABEL}warn-version`]: '1.25' } },
    });
    expect([made.code, at(made, 'message')]).toEqual([
      422,
      'Namespace "n" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, ' +
        'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.25": must be "latest" or "v1.x"]',
    ]);
    const patched = world.send(
      'PATCH',
      NAMESPACE,
      { metadata: { labels: { [`${LABEL}audit`]: 'x' } } },
      MERGE,
    );
    expect(patched.code).toBe(422);
  });
});
