import { expect, test } from 'vitest';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from './document.ts';
import { readScenario } from './resolve.ts';
import type { Scenario } from './scenario.ts';
import { writtenSpec } from './written.ts';

function scenario(spec: unknown): Scenario {
  const read = readScenario({
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: 'w' },
    spec,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

test.each([
  ['nothing but defaults', {}],
  [
    'settings of the control plane',
    {
      seed: 7,
      duration: '1h30m0.5s',
      startTime: '2026-03-04T05:06:07.5Z',
      cluster: {
        kubernetes: {
          version: '1.33',
          events: false,
          kubeControllerManager: { 'node-monitor-grace-period': '20s', 'kube-api-qps': 'unlimited' },
          kubelet: { 'serialize-image-pulls': false },
        },
        nodeGroups: [
          {
            name: 'a',
            count: 3,
            min: 1,
            max: 9,
            zones: ['x'],
            machine: { cpu: '500m', memory: '2Gi' },
            labels: { tier: 'a' },
            taints: [{ key: 'gpu', effect: 'NoSchedule' }],
            bootTime: '45s',
            pricePerHour: 0.35,
          },
          { name: 'b', count: 2 },
        ],
      },
    },
  ],
  [
    'what kubelets are told, and what befalls nodes',
    {
      cluster: {
        kubernetes: {
          kubelet: {
            evictionHard: { 'memory.available': '5%', 'pid.available': '1000' },
            evictionSoft: { 'memory.available': '1Gi' },
            evictionSoftGracePeriod: { 'memory.available': '90s' },
            evictionMaxPodGracePeriod: 30,
            evictionPressureTransitionPeriod: '1m',
            imageMinimumGCAge: '5m',
            shutdownGracePeriodByPodPriority: [{ priority: 0, shutdownGracePeriodSeconds: 20 }],
          },
        },
        nodeGroups: [
          {
            name: 'a',
            count: 1,
            staticPods: [
              {
                apiVersion: 'v1',
                kind: 'Pod',
                metadata: { name: 'etcd', namespace: 'kube-system' },
                spec: { containers: [{ name: 'etcd', image: 'etcd:3' }] },
              },
            ],
          },
        ],
      },
      behaviors: [
        {
          exit: { after: '5m', code: 1, message: 'no licence' },
          postStart: { takes: '2s', code: 1, runs: 1 },
          preStop: { takes: { p50: '1s', p99: '3s' } },
          usage: { disk: '1Gi', fills: '2Gi/h', volume: 'spool' },
        },
      ],
    },
  ],
  [
    'behaviours and traffic',
    {
      behaviors: [
        {
          match: { app: 'web' },
          namespace: 'shop',
          container: 'web',
          image: 'nginx:*',
          startup: { p50: '1s', p99: '3s' },
          shutdown: '200ms',
          exit: { after: '5m', code: 137, reason: 'OOMKilled', runs: 2 },
          unready: [{ after: '1m', for: '10s' }],
          unhealthy: [{ after: '2m' }],
          request: {
            cpu: '12ms',
            latency: '30ms',
            memory: '1Mi',
            calls: ['service/shop/cart'],
            timeout: '2s',
          },
          usage: { cpu: '50m', memory: '64Mi', leak: '10Mi/h' },
        },
        {},
      ],
      traffic: [
        { to: 'service/shop/web', shape: { constant: '0.5rps' }, spikes: [{ at: '1m', x: 8, for: '2m' }] },
        { to: 'service/web', shape: { diurnal: { base: '200rps', peak: '3000rps', peakAt: '14:30' } } },
      ],
    },
  ],
  [
    'expectations',
    {
      expect: [
        { always: 'count(nodes) >= 0', from: '1m', until: '2m' },
        { name: 'x', eventually: 'count(nodes) == 3', after: '1s', within: '5m' },
        { eventually: 'count(pods) == 0' },
      ],
    },
  ],
])('%s: what is written of a scenario reads as the same', (_name, spec) => {
  const read = scenario(spec);
  expect(scenario(writtenSpec(read))).toEqual(read);
});
