import type { Affinity, PodAffinityTerm } from '../core/schema/types.generated.ts';
import type { Benchmark } from './benchmark.ts';
import {
  benchmarkOf,
  CLASSES,
  demanding,
  NODES,
  SPEC,
  service,
  type Template,
  templates,
} from './scheduler-workload.ts';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** Ten workloads whose pods have a rule on each other. */
function related(rule: (term: PodAffinityTerm) => Affinity, topologyKey: string): readonly Template[] {
  return templates((labels) => ({
    ...SPEC,
    affinity: rule({
      labelSelector: { matchLabels: labels },
      topologyKey,
      namespaces: ['default', 'sched-setup'],
    }),
  }));
}

/** Pods that each ask for something else. */
function distinct(count: number): readonly Template[] {
  return Array.from({ length: count }, (_, i) => ({
    labels: {},
    spec: demanding(`${50 + (i % 100)}m`, `${300 + Math.floor(i / 100) * 7}Mi`),
  }));
}

const weighted = (podAffinityTerm: PodAffinityTerm) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }],
});
const required = (term: PodAffinityTerm) => ({ requiredDuringSchedulingIgnoredDuringExecution: [term] });

/** After the workloads of scheduler_perf at 5,000 nodes. */
export const schedulerBenchmarks: readonly Benchmark[] = [
  benchmarkOf({
    name: 'scheduler-basic-5000',
    about: 'pods a second through the scheduler alone, 5,000 nodes, every default plugin, all nodes scored',
    templates: [{ labels: {}, spec: SPEC }],
  }),
  benchmarkOf({
    name: 'scheduler-services-5000',
    about: 'the same with the pods of ten Services, which are spread by default',
    templates: templates(() => SPEC),
    before: Array.from({ length: CLASSES }, (_, i) => service(i)),
  }),
  benchmarkOf({
    name: 'scheduler-spread-5000',
    about: 'the same for ten workloads that must be spread over three zones (DoNotSchedule, maxSkew 5)',
    templates: templates((labels) => ({
      ...SPEC,
      topologySpreadConstraints: [
        {
          maxSkew: 5,
          topologyKey: ZONE,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: labels },
        },
      ],
    })),
  }),
  benchmarkOf({
    name: 'scheduler-spread-hosts-5000',
    about:
      'the same for ten workloads that must be spread over the nodes (DoNotSchedule by hostname, maxSkew 1)',
    templates: templates((labels) => ({
      ...SPEC,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: HOST,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: labels },
        },
      ],
    })),
  }),
  benchmarkOf({
    name: 'scheduler-preferred-spread-5000',
    about: 'the same for ten workloads that are to be spread over three zones (ScheduleAnyway)',
    templates: templates((labels) => ({
      ...SPEC,
      topologySpreadConstraints: [
        {
          maxSkew: 5,
          topologyKey: ZONE,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: labels },
        },
      ],
    })),
  }),
  benchmarkOf({
    name: 'scheduler-affinity-5000',
    about: 'the same for ten workloads whose pods must be in the zone of the others (required affinity)',
    templates: related((term) => ({ podAffinity: required(term) }), ZONE),
  }),
  benchmarkOf({
    name: 'scheduler-anti-affinity-5000',
    about: 'the same for ten workloads whose pods must not share a node (required anti-affinity by hostname)',
    templates: related((term) => ({ podAntiAffinity: required(term) }), HOST),
  }),
  benchmarkOf({
    name: 'scheduler-preferred-affinity-5000',
    about:
      'the same for ten workloads whose pods would like to share a node (preferred affinity by hostname)',
    templates: related((term) => ({ podAffinity: weighted(term) }), HOST),
  }),
  benchmarkOf({
    name: 'scheduler-preferred-anti-affinity-5000',
    about: 'the same for ten workloads whose pods would rather not share a node (preferred anti-affinity)',
    templates: related((term) => ({ podAntiAffinity: weighted(term) }), HOST),
  }),
  benchmarkOf({
    name: 'scheduler-mixed-5000',
    about:
      'the same for plain pods, required and preferred affinity and anti-affinity, and spreading, in turn',
    templates: [
      { labels: {}, spec: SPEC },
      related((term) => ({ podAffinity: required(term) }), ZONE)[0]!,
      related((term) => ({ podAntiAffinity: required(term) }), HOST)[1]!,
      related((term) => ({ podAffinity: weighted(term) }), HOST)[2]!,
      related((term) => ({ podAntiAffinity: weighted(term) }), HOST)[3]!,
      { labels: {}, spec: SPEC },
    ],
    // Of those that must not share a node, 5,000 would find no node that the others have left room on.
    pods: 24_000,
  }),
  benchmarkOf({
    name: 'scheduler-node-affinity-5000',
    about: 'the same for pods that must be in two of the three zones (node affinity)',
    templates: [
      {
        labels: {},
        spec: {
          ...SPEC,
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: ZONE, operator: 'In', values: ['a', 'b'] }] },
                ],
              },
            },
          },
        },
      },
    ],
  }),
  benchmarkOf({
    name: 'scheduler-100-classes-5000',
    about: 'the same for pods of 100 sorts in turn',
    templates: distinct(100),
  }),
  benchmarkOf({
    name: 'scheduler-1000-distinct-5000',
    about: 'the same for pods of 1,000 sorts in turn',
    templates: distinct(1000),
  }),
  benchmarkOf({
    name: 'scheduler-preemption-5000',
    about:
      'the same for pods that each take the place of others: the attempt that evicts, and the one that binds',
    templates: [{ labels: {}, spec: { ...demanding('3'), priority: 10 } }],
    there: { spec: demanding('900m'), each: 4 },
    pods: NODES,
  }),
];
