import { z } from 'zod';
import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { milli, whole } from '../../core/quantity.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { nodeGroups } from '../scenario/schema/cluster.ts';
import {
  anyObject,
  duration,
  forEditors,
  integer,
  listOf,
  number,
  oneOf,
  quantity,
  readWith,
  spread,
  strict,
  text,
  textLike,
  wanted,
} from '../scenario/schema/fields.ts';
import { schedulerConfiguration } from '../scenario/schema/scheduler-configuration.ts';
import { type ReadBySchema, readBySchema } from '../scenario/schema-problems.ts';
import type { GeneratedArrival, GeneratedClass, GeneratedWorkload, TraceArrival } from './workload.ts';
import { TRACE_ARRIVALS } from './workload.ts';

const BENCHMARK_KIND = 'PolicyBenchmark';
export const DEFAULT_SEEDS = 10;
export const DEFAULT_LOAD = 1.2;
export const DEFAULT_TRACE_ARRIVAL: TraceArrival = 'inflation';
export const DEFAULT_DECISION_BUDGET: Micros = 10 * SECOND;
const SEEDS_MAX = 10_000;
const PODS_MAX = 1_000_000;
const LOAD_MAX = 100;
/** Thousandths of a CPU, or bytes (45 TiB): scheduling multiplies by 100, and stays exact. */
const AMOUNT_MAX = 50_000_000_000_000;
/** Different amounts of one resource in one class: each combination is a class of pods to the scheduler. */
const AMOUNTS_MAX = 100;

/** A benchmark as it is written: checked, with the files that it names still to be read. */
export interface WrittenBenchmark {
  readonly name: string;
  readonly seeds: number;
  readonly policies: readonly WrittenPolicy[];
  readonly workloads: readonly WrittenWorkload[];
  readonly decisionBudget: Micros;
}

export interface WrittenPolicy {
  readonly name: string;
  /** A file, or the configuration itself. */
  readonly configuration: string | KubeSchedulerConfiguration;
}

export type WrittenWorkload =
  | { readonly kind: 'generated'; readonly workload: GeneratedWorkload }
  | ({ readonly kind: 'trace'; readonly name: string } & WrittenTrace)
  | { readonly kind: 'scenario'; readonly name: string; readonly file: string };

export interface WrittenTrace {
  /** A folder with both tables, or the two files. */
  readonly folder?: string;
  readonly nodes?: string;
  readonly pods?: string;
  readonly arrival: TraceArrival;
  readonly load: number;
}

const shortName = textLike(
  /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
  "a name of letters, digits, '-', '_' and '.' (at most 63)",
);

/** One amount, several of which each pod takes one, or a range in steps. */
function amounts(toNumber: (text: string) => number, example: string): z.ZodType<readonly number[]> {
  const one = quantity.transform((written, context): number => {
    const amount = toNumber(written);
    if (amount <= AMOUNT_MAX) return amount;
    context.issues.push({
      code: 'custom',
      message: `is more than any machine has: ${written}`,
      input: written,
    });
    return z.NEVER;
  });
  const several = listOf(one, `a list such as ${example}`).min(1, wanted('at least one amount'));
  const range = strict({ from: one, to: one, step: one }, 'a range: { from, to, step }').transform(
    ({ from, to, step }, context): readonly number[] => {
      const count = step > 0 ? Math.floor((to - from) / step) + 1 : 0;
      if (count >= 1 && count <= AMOUNTS_MAX) return Array.from({ length: count }, (_, i) => from + i * step);
      const message = `expected a range of 1 to ${AMOUNTS_MAX} steps from "from" up to "to"`;
      context.issues.push({ code: 'custom', message, input: step });
      return z.NEVER;
    },
  );
  return forEditors(
    z.union([z.string(), z.number(), several, range]),
    z.unknown().transform((value, context): readonly number[] => {
      if (Array.isArray(value)) return readWith<readonly number[]>(several, value, context);
      if (typeof value === 'object' && value !== null) return readWith(range, value, context);
      return [readWith<number>(one, value, context)];
    }),
  );
}

const gpuCount = integer(0);

const generatedClass = strict(
  {
    name: textLike(
      /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/,
      "a name of lower-case letters, digits and '-'",
    ).default('pod'),
    weight: number(0).default(1).describe('How often, against the other classes.'),
    cpu: amounts(milli, '[500m, 1, 2]'),
    memory: amounts(whole, '[1Gi, 2Gi]'),
    gpu: z
      .union([
        gpuCount.transform((one): readonly number[] => [one]),
        listOf(gpuCount, 'a list of counts').min(1),
      ])
      .default([0])
      .describe('Whole GPUs (nvidia.com/gpu).'),
    lifetime: spread.optional().describe('From its binding to its end; it stays unless given.'),
  },
  'a class of pods: { name, weight, cpu, memory, gpu, lifetime }',
).transform(({ name, weight, cpu, memory, gpu, lifetime }): GeneratedClass => {
  const size = { name, weight, milliCpu: cpu, memory, gpus: gpu };
  return lifetime === undefined ? size : { ...size, lifetime };
});

const ARRIVAL_FORM = 'at-once, or { poisson: 2 } (pods a second)';
const poisson = strict({ poisson: number(0.000_001, 1_000_000) }, ARRIVAL_FORM).transform(
  (given): GeneratedArrival => ({ type: 'poisson', perSecond: given.poisson }),
);
const atOnce = z
  .literal('at-once', wanted(ARRIVAL_FORM))
  .transform((): GeneratedArrival => ({ type: 'at-once' }));

const arrival = forEditors(
  z.union([atOnce, poisson]),
  z.unknown().transform((value, context): GeneratedArrival => {
    const isObject = typeof value === 'object' && value !== null;
    return readWith<GeneratedArrival>(isObject ? poisson : atOnce, value, context);
  }),
);

const generator = strict(
  {
    nodeGroups: nodeGroups.min(1, wanted('at least one node group')),
    pods: integer(1, PODS_MAX),
    arrival: arrival.default({ type: 'at-once' }),
    classes: listOf(generatedClass, 'a list of classes').min(1, wanted('at least one class')),
  },
  'a generator: { nodeGroups, pods, arrival, classes }',
).superRefine(({ classes }, context) => {
  if (classes.some(({ weight }) => weight > 0)) return;
  context.addIssue({ code: 'custom', message: 'some class needs a weight above 0', path: ['classes'] });
});

const trace = strict(
  {
    folder: text('a folder').optional(),
    nodes: text('a file').optional(),
    pods: text('a file').optional(),
    arrival: oneOf(TRACE_ARRIVALS).default(DEFAULT_TRACE_ARRIVAL),
    load: number(0.01, LOAD_MAX)
      .default(DEFAULT_LOAD)
      .describe('Of the arrival "inflation": until the tasks ask for this much of the scarcest resource.'),
  },
  'a trace: { folder, arrival, load }, or { nodes, pods, … }',
).transform(({ folder, nodes, pods, ...rest }, context): WrittenTrace => {
  if (folder !== undefined && nodes === undefined && pods === undefined) return { folder, ...rest };
  if (folder === undefined && nodes !== undefined && pods !== undefined) return { nodes, pods, ...rest };
  const message = 'expected either the folder of the trace, or both nodes and pods, its two files';
  context.issues.push({ code: 'custom', message, input: folder });
  return z.NEVER;
});

const KINDS = ['generator', 'openb', 'scenario'] as const;

const workload = strict(
  {
    name: shortName,
    generator: generator.optional(),
    openb: trace.optional(),
    scenario: text('the file of a scenario').optional(),
  },
  'a workload',
).transform((given, context): WrittenWorkload => {
  const { name } = given;
  const kinds = KINDS.filter((kind) => given[kind] !== undefined);
  if (kinds.length !== 1) {
    const what = kinds.length === 0 ? 'none' : kinds.join(' and ');
    const message = `expected one of ${KINDS.join(', ')}, got ${what}`;
    context.issues.push({ code: 'custom', message, input: name });
    return z.NEVER;
  }
  if (given.generator !== undefined)
    return { kind: 'generated', workload: { kind: 'generated', name, ...given.generator } };
  if (given.openb !== undefined) return { kind: 'trace', name, ...given.openb };
  return { kind: 'scenario', name, file: given.scenario ?? '' };
});

const policy = strict(
  {
    name: shortName,
    configuration: forEditors(
      z.union([z.string(), anyObject]),
      z.unknown().transform((value, context): string | KubeSchedulerConfiguration => {
        if (typeof value === 'string' && value !== '') return value;
        return readWith<KubeSchedulerConfiguration>(schedulerConfiguration, value, context);
      }),
    ),
  },
  'a policy: { name, configuration }',
);

function named<T extends { readonly name: string }>(
  items: readonly T[],
  context: z.core.$RefinementCtx,
): void {
  items.forEach(({ name }, index) => {
    if (items.findIndex((other) => other.name === name) === index) return;
    context.issues.push({
      code: 'custom',
      message: `"${name}" is there twice`,
      input: name,
      path: [index, 'name'],
    });
  });
}

const workloads = listOf(workload, 'a list of workloads').min(1, wanted('at least one workload'));

const benchmark = strict(
  {
    apiVersion: z.literal('wavetank.dev/v1alpha1', wanted('wavetank.dev/v1alpha1')),
    kind: z.literal(BENCHMARK_KIND, wanted(BENCHMARK_KIND)),
    metadata: strict({ name: shortName }, 'metadata with a name'),
    spec: strict(
      {
        seeds: integer(1, SEEDS_MAX)
          .default(DEFAULT_SEEDS)
          .describe('Every policy runs every workload so often.'),
        decisionBudget: duration
          .default(DEFAULT_DECISION_BUDGET)
          .describe("How long plugins of one's own may take for a decision, by the clock on the wall."),
        policies: listOf(policy, 'a list of policies')
          .min(2, wanted('at least two policies to compare'))
          .superRefine((given, context) => named(given, context)),
        workloads: workloads.superRefine((given, context) => {
          named(
            given.map((each) => (each.kind === 'generated' ? each.workload : each)),
            context,
          );
        }),
      },
      'the spec of a benchmark',
    ),
  },
  'a benchmark',
).transform(({ metadata, spec }): WrittenBenchmark => ({ name: metadata.name, ...spec }));

export function readBenchmark(raw: unknown): ReadBySchema<WrittenBenchmark> {
  return readBySchema(benchmark, raw);
}
