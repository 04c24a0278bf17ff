import { z } from 'zod';
import { DEFAULT_START, MINUTE, parseRfc3339 } from '../../core/time.ts';
import type { ScenarioProblem } from './problem.ts';
import { shown } from './problem.ts';
import type {
  ClusterSpec,
  ContainerBehavior,
  Duration,
  Expectation,
  OutsideMetric,
  TrafficFlow,
} from './scenario.ts';
import { behavior } from './schema/behavior.ts';
import { cluster, DEFAULT_CLUSTER } from './schema/cluster.ts';
import { expectation } from './schema/expect.ts';
import {
  anyObject,
  dnsSubdomain,
  duration,
  integer,
  jsonSchemaOf,
  listOf,
  strict,
  text,
  wanted,
} from './schema/fields.ts';
import { metrics } from './schema/metrics.ts';
import { type ApplyItem, timelineEntry, type WrittenEntry } from './schema/timeline.ts';
import { traffic } from './schema/traffic.ts';
import { readBySchema } from './schema-problems.ts';

export const SCENARIO_API_VERSION = 'wavetank.dev/v1alpha1';
export const SCENARIO_KIND = 'Scenario';
const DEFAULT_SEED = 1;
const DEFAULT_DURATION: Duration = 10 * MINUTE;

/** A scenario file, checked, with its defaults, and with the files that it names still to be read. */
export interface ScenarioDocument {
  readonly name: string;
  readonly seed: number;
  readonly startTime: number;
  readonly duration: Duration;
  readonly cluster: ClusterSpec;
  readonly manifests: readonly ApplyItem[];
  readonly behaviors: readonly ContainerBehavior[];
  readonly traffic?: readonly TrafficFlow[];
  readonly metrics?: readonly OutsideMetric[];
  /** In the order of the file. */
  readonly timeline: readonly WrittenEntry[];
  readonly expect: readonly Expectation[];
}

const START_FORM = 'a time such as 2026-01-01T00:00:00Z';

const startTime = text(START_FORM).transform((value, context): number => {
  const parsed = parseRfc3339(value);
  if (parsed !== undefined && parsed >= 0) return parsed;
  context.issues.push({
    code: 'custom',
    message: `expected ${START_FORM}, got ${shown(value)}`,
    input: value,
  });
  return z.NEVER;
});

const positiveDuration = duration.refine((value) => value > 0, { error: 'a run must last longer than 0s' });

const manifestItem = z.union([z.string(), anyObject], wanted('a file, a folder or an object'));

const spec = strict(
  {
    seed: integer(0).default(DEFAULT_SEED).describe('Every draw of the run depends on it.'),
    duration: positiveDuration.default(DEFAULT_DURATION).describe('How long the run lasts, in virtual time.'),
    startTime: startTime.default(DEFAULT_START).describe('What the clock shows at the start.'),
    cluster: cluster.default(DEFAULT_CLUSTER).describe('The control plane and the nodes.'),
    manifests: listOf(manifestItem, 'a list of files, folders and objects')
      .default([])
      .describe('Applied at the start. Files and folders are looked for beside the scenario.'),
    behaviors: listOf(behavior, 'a list of behaviours')
      .default([])
      .describe('What the programs in containers do. The first that fits a container holds.'),
    traffic: traffic.optional().describe('Requests that come from outside.'),
    metrics: metrics.optional().describe('Metrics of other things than pods, for autoscalers.'),
    timeline: listOf(timelineEntry, 'a list of entries')
      .default([])
      .describe('What users do and what befalls the cluster, and when.'),
    expect: listOf(expectation, 'a list of expectations')
      .default([])
      .describe('What must hold. A run that fails one ends with exit code 1.'),
  },
  'the spec of a scenario',
);

const documentSchema = strict(
  {
    apiVersion: z.literal(SCENARIO_API_VERSION, wanted(SCENARIO_API_VERSION)),
    kind: z.literal(SCENARIO_KIND, wanted(SCENARIO_KIND)),
    metadata: strict({ name: dnsSubdomain }, 'metadata with a name'),
    spec,
  },
  'a scenario',
).describe('A scenario of wavetank: a cluster, what happens to it, and what must hold.');

export type ReadDocument =
  | { readonly ok: true; readonly document: ScenarioDocument }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

/** Checks a parsed scenario file, and fills its defaults. All problems are reported, not the first alone. */
export function readDocument(raw: unknown): ReadDocument {
  const read = readBySchema(documentSchema, raw);
  if (!read.ok) return read;
  const { metadata, spec: given } = read.value;
  const { traffic: flows, metrics: measured, ...rest } = given;
  const document = {
    name: metadata.name,
    ...rest,
    ...(flows === undefined ? {} : { traffic: flows }),
    ...(measured === undefined ? {} : { metrics: measured }),
  };
  return { ok: true, document };
}

/** The JSON Schema of a scenario file, for editors. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = jsonSchemaOf(documentSchema);
  return {
    $schema,
    title: 'wavetank scenario',
    ...schema,
  };
}
