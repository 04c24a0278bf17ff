import { parseRfc3339, rfc3339Micro, SECOND } from '../../../core/time.ts';
import type { Fields } from '../clean-object.ts';
import { Findings } from '../findings.ts';
import { type ImportedScenario, importScenario } from '../import.ts';

const T0 = '2026-03-01T10:00:00.000000Z';

export interface Given {
  readonly verb: string;
  readonly resource?: string;
  readonly group?: string;
  readonly name?: string;
  readonly namespace?: string | undefined;
  readonly user?: string;
  readonly second?: number;
  readonly [field: string]: unknown;
}

export function event(given: Given): Fields {
  const {
    verb,
    resource = 'deployments',
    group,
    name = 'web',
    namespace = 'shop',
    user = 'jane',
    second = 0,
    subresource,
    ...rest
  } = given;
  const apiGroup = group ?? (resource === 'deployments' ? 'apps' : '');
  const time = rfc3339Micro((parseRfc3339(T0) ?? 0) + second * SECOND);
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Request',
    stage: 'ResponseComplete',
    requestURI: '/apis',
    verb,
    user: { username: user },
    objectRef: {
      resource,
      name,
      ...('namespace' in given && given.namespace === undefined ? {} : { namespace }),
      apiGroup,
      ...(subresource === undefined ? {} : { subresource }),
    },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: time,
    ...rest,
  };
}

export function web(replicas = 2, image = 'web:1'): Fields {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: T0,
      labels: { app: 'web' },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'main', image },
            { name: 'side', image: 'side:1' },
          ],
        },
      },
    },
    status: { replicas },
  };
}

export function node(name: string, rest: { labels?: object; spec?: object; ready?: string } = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'topology.kubernetes.io/zone': 'eu-1a',
        'node.kubernetes.io/instance-type': 'm5.large',
        ...rest.labels,
      },
    },
    spec: rest.spec ?? {},
    status: {
      capacity: { cpu: '2', memory: '8Gi', pods: '29', 'ephemeral-storage': '80Gi' },
      conditions: [{ type: 'Ready', status: rest.ready ?? 'True' }],
    },
  };
}

export function imported(audit: readonly unknown[], dump: readonly unknown[] = []): ImportedScenario {
  return importScenario({
    audit: audit.map((raw, index) => ({ raw, where: `audit:${index + 1}` })),
    dump: dump.map((raw) => ({ raw, where: 'dump' })),
    findings: new Findings(),
  });
}

export function timeline(result: ImportedScenario): readonly Fields[] {
  return ((result.scenario.spec as Fields).timeline ?? []) as readonly Fields[];
}

export function found(result: ImportedScenario): readonly string[] {
  return result.findings.map(({ what, count }) => `${count} ${what}`);
}
