import { z } from 'zod';
import { milli, whole } from '../../../core/quantity.ts';
import { didYouMean, shown } from '../problem.ts';
import { DEFAULT_NAMESPACE } from '../resource-name.ts';
import type { CpuTaken, Duration, FaultAction, FaultName, NodeChoice, PodChoice } from '../scenario.ts';
import {
  dnsLabel,
  dnsSubdomain,
  duration,
  eitherTextOr,
  integer,
  labels,
  number,
  oneOf,
  quantity,
  strict,
  text,
} from './fields.ts';
import { csiOperations } from './storage.ts';
import { factor, serviceName } from './traffic.ts';

export interface FaultEntry {
  readonly at: Duration;
  readonly action: FaultAction;
}

const at = duration.describe('When, since the start of the run.');
const lasting = duration.optional().describe('How long; to the end of the run unless given.');

const group = dnsLabel;

const POD_FORM = 'pods: { name } or { selector }, with their namespace where it is not default';

const pods = strict(
  {
    namespace: dnsLabel.default(DEFAULT_NAMESPACE),
    name: dnsSubdomain.optional().describe('One pod.'),
    selector: labels.optional().describe('All pods with these labels.'),
  },
  POD_FORM,
).transform(({ namespace, name, selector }, context): PodChoice => {
  if (name !== undefined && selector === undefined) return { namespace, name };
  if (selector !== undefined && name === undefined) return { namespace, selector: { matchLabels: selector } };
  context.issues.push({ code: 'custom', message: `expected ${POD_FORM}`, input: undefined });
  return z.NEVER;
});

const NODE_FORM = 'the name of a node, { any: labels of nodes } or { hosting: pods }';

const chosenNode = strict(
  {
    any: labels.optional().describe('A drawn node among those with these labels; {} for any at all.'),
    hosting: pods.optional().describe('The node on which the first of these pods runs.'),
  },
  NODE_FORM,
).transform(({ any, hosting }, context): NodeChoice => {
  if (any !== undefined && hosting === undefined) return { any: { matchLabels: any } };
  if (hosting !== undefined && any === undefined) return { hosting };
  context.issues.push({ code: 'custom', message: `expected ${NODE_FORM}`, input: undefined });
  return z.NEVER;
});

const node = eitherTextOr(
  dnsSubdomain.transform((name): NodeChoice => ({ name })),
  chosenNode,
  NODE_FORM,
);

function lengthOf(given: Duration | undefined): { readonly for?: Duration } {
  return given === undefined ? {} : { for: given };
}

function nodeFault<const F extends 'node-crash' | 'node-shutdown' | 'node-partition'>(fault: F) {
  return strict({ at, fault: z.literal(fault), node, for: lasting }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: { op: 'fault', fault, node: entry.node, ...lengthOf(entry.for) },
    }),
  );
}

const TAKEN_FORM = 'either cpu (such as 2 or 500m) or share (above 0, at most 1)';

function cpuTaken(
  cpu: string | undefined,
  share: number | undefined,
  context: z.core.$RefinementCtx<unknown>,
): CpuTaken {
  if (cpu !== undefined && share === undefined) return { cpu: milli(cpu) };
  if (share !== undefined && cpu === undefined) return { share };
  context.issues.push({ code: 'custom', message: `expected ${TAKEN_FORM}`, input: undefined });
  return z.NEVER;
}

/** Everything that can befall the world, by name. */
export const FAULTS: Readonly<Record<FaultName, z.ZodType<FaultEntry>>> = {
  'node-crash': nodeFault('node-crash'),
  'node-shutdown': nodeFault('node-shutdown'),
  'node-partition': nodeFault('node-partition'),
  'container-crash': strict({
    at,
    fault: z.literal('container-crash'),
    pods,
    container: dnsLabel.optional().describe('The first of each pod unless given.'),
    exitCode: integer(0, 255).default(1),
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'container-crash',
        pods: entry.pods,
        ...(entry.container === undefined ? {} : { container: entry.container }),
        exitCode: entry.exitCode,
      },
    }),
  ),
  'image-pull-failure': strict({
    at,
    fault: z.literal('image-pull-failure'),
    image: text('an image, in which * stands for any text'),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: { op: 'fault', fault: 'image-pull-failure', image: entry.image, ...lengthOf(entry.for) },
    }),
  ),
  'controller-crash': strict({
    at,
    fault: z.literal('controller-crash'),
    controller: oneOf(['kube-controller-manager', 'kube-scheduler', 'cluster-autoscaler']),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'controller-crash',
        controller: entry.controller,
        ...lengthOf(entry.for),
      },
    }),
  ),
  'watch-delay': strict({
    at,
    fault: z.literal('watch-delay'),
    controller: oneOf(['kube-controller-manager', 'kube-scheduler']),
    by: duration.describe('How much later than usual it hears of every change.'),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'watch-delay',
        controller: entry.controller,
        by: entry.by,
        ...lengthOf(entry.for),
      },
    }),
  ),
  'zone-outage': strict({
    at,
    fault: z.literal('zone-outage'),
    zone: dnsLabel.describe('Every machine of this zone loses its power.'),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: { op: 'fault', fault: 'zone-outage', zone: entry.zone, ...lengthOf(entry.for) },
    }),
  ),
  'slow-boot': strict({
    at,
    fault: z.literal('slow-boot'),
    group: group.optional().describe('A node group; all of them unless given.'),
    x: number(1).optional().describe("So many times the group's own boot time."),
    bootTime: duration.optional().describe('Or this long.'),
    for: lasting,
  }).transform((entry, context): FaultEntry => {
    const { x, bootTime } = entry;
    if ((x === undefined) === (bootTime === undefined)) {
      const message = `expected either x, such as 5, or bootTime, such as 10m${x === undefined ? '' : ', got both'}`;
      context.issues.push({ code: 'custom', message, input: undefined, path: ['x'] });
      return z.NEVER;
    }
    return {
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'slow-boot',
        ...(entry.group === undefined ? {} : { group: entry.group }),
        boot: bootTime === undefined ? { times: x ?? 1 } : { bootTime },
        ...lengthOf(entry.for),
      },
    };
  }),
  'cloud-out-of-capacity': strict({
    at,
    fault: z.literal('cloud-out-of-capacity'),
    group: group.optional().describe('A node group; all of them unless given.'),
    zone: dnsLabel.optional().describe('A zone; all of them unless given.'),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'cloud-out-of-capacity',
        ...(entry.group === undefined ? {} : { group: entry.group }),
        ...(entry.zone === undefined ? {} : { zone: entry.zone }),
        ...lengthOf(entry.for),
      },
    }),
  ),
  'load-spike': strict({
    at,
    fault: z.literal('load-spike'),
    to: serviceName.optional().describe('The Service whose flows are meant; every flow unless given.'),
    x: factor.describe('How many times the load there would be.'),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'load-spike',
        ...(entry.to === undefined ? {} : { to: entry.to }),
        x: entry.x,
        ...lengthOf(entry.for),
      },
    }),
  ),
  'noisy-neighbour': strict({
    at,
    fault: z.literal('noisy-neighbour'),
    node,
    cpu: quantity.optional().describe('What it takes of the CPU of the node.'),
    share: number(0, 1).optional().describe('The same, as a share of what the node has.'),
    for: lasting,
  }).transform(
    (entry, context): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'noisy-neighbour',
        node: entry.node,
        takes: cpuTaken(entry.cpu, entry.share, context),
        ...lengthOf(entry.for),
      },
    }),
  ),
  'storage-failure': strict({
    at,
    fault: z.literal('storage-failure'),
    driver: text('the name of a CSI driver').optional().describe('Every driver unless given.'),
    operations: csiOperations.optional().describe('What fails; all that a driver does unless given.'),
    message: text('what the driver answers')
      .default('rpc error: code = Internal desc = the storage system does not answer')
      .describe('What the driver answers.'),
    for: lasting,
  }).transform(
    (entry): FaultEntry => ({
      at: entry.at,
      action: {
        op: 'fault',
        fault: 'storage-failure',
        ...(entry.driver === undefined ? {} : { driver: entry.driver }),
        ...(entry.operations === undefined ? {} : { operations: entry.operations }),
        message: entry.message,
        ...lengthOf(entry.for),
      },
    }),
  ),
  'memory-pressure': pressureFault('memory-pressure', 'memory'),
  'disk-pressure': pressureFault('disk-pressure', 'disk'),
  'pid-pressure': pressureFault('pid-pressure', 'pids'),
};

function pressureFault<
  const F extends 'memory-pressure' | 'disk-pressure' | 'pid-pressure',
  const A extends 'memory' | 'disk' | 'pids',
>(fault: F, amount: A) {
  const fields = {
    at,
    fault: z.literal(fault),
    node,
    [amount]: quantity.optional().describe('What it takes of the node.'),
    share: number(0, 1).optional().describe('The same, as a share of what the node has.'),
    for: lasting,
  };
  return strict(fields).transform((given, context): FaultEntry => {
    // The computed key hides the shape that the fields have.
    const entry = given as {
      readonly at: Duration;
      readonly node: NodeChoice;
      readonly share?: number;
      readonly for?: Duration;
    };
    const taken = (given as Readonly<Record<string, string | undefined>>)[amount];
    if ((taken === undefined) === (entry.share === undefined)) {
      const both = taken === undefined ? '' : ', got both';
      const message = `expected either ${amount}, or share, such as 0.9${both}`;
      context.issues.push({ code: 'custom', message, input: undefined, path: [amount] });
      return z.NEVER;
    }
    const takes = taken === undefined ? { share: entry.share ?? 0 } : { amount: whole(taken) };
    return {
      at: entry.at,
      action: { op: 'fault', fault, node: entry.node, takes, ...lengthOf(entry.for) },
    };
  });
}

export function faultEntry(entry: Readonly<Record<string, unknown>>): z.ZodType<FaultEntry> | string {
  const names = Object.keys(FAULTS);
  const { fault } = entry;
  if (typeof fault === 'string' && Object.hasOwn(FAULTS, fault)) return FAULTS[fault as FaultName];
  const meant = typeof fault === 'string' ? didYouMean(fault, names) : '';
  return `expected a fault (${names.join(', ')}), got ${shown(fault)}${meant}`;
}
