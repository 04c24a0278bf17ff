import { z } from 'zod';
import {
  DEFAULT_LARGEST_NODE,
  type FgdArgs,
  GPU_SELECTIONS,
  type GpuShareArgs,
  type LargestNodeArgs,
} from '../../../controllers/scheduling/configuration/plugin-args.ts';
import { milli } from '../../../core/quantity.ts';
import { integer, listOf, number, oneOf, quantity, strict, text, wanted } from './fields.ts';

/** The arguments of wavetank's own plugins. */

const TYPED = { apiVersion: z.string().optional(), kind: z.string().optional() };
const GPUS_MAX = 1000;
const WHOLE_GPU = 1000;

const gpuShare = strict({ ...TYPED, gpuSelection: oneOf(GPU_SELECTIONS).optional() }).transform(
  ({ gpuSelection }): GpuShareArgs => (gpuSelection === undefined ? {} : { gpuSelection }),
);

const someCpu = quantity.superRefine((cpu, context) => {
  if (milli(cpu) > 0) return;
  context.addIssue({ code: 'custom', message: `expected more than no CPU, got "${cpu}"` });
});

const largestNode = strict({
  ...TYPED,
  largestNode: strict(
    { cpu: someCpu, gpus: integer(1, GPUS_MAX) },
    'the largest node: { cpu, gpus }, what amounts are taken as shares of',
  ).optional(),
}).transform(
  (given): LargestNodeArgs =>
    given.largestNode === undefined ? DEFAULT_LARGEST_NODE : { largestNode: given.largestNode },
);

const task = strict(
  {
    cpu: quantity,
    gpus: integer(0, GPUS_MAX).default(0),
    gpuMilli: integer(0, WHOLE_GPU)
      .default(WHOLE_GPU)
      .describe('Of each GPU; less than 1000 only of a single one.'),
    models: listOf(text('a model of GPU'), 'a list of models').default([]),
    popularity: number(0).default(1).describe('How often it occurs, against the others.'),
  },
  'a task: { cpu, gpus, gpuMilli, models, popularity }',
).superRefine(({ gpus, gpuMilli }, context) => {
  const path = ['gpuMilli'];
  if (gpus > 1 && gpuMilli !== WHOLE_GPU) {
    const message = `several GPUs can't be shared: expected 1000, got ${gpuMilli}`;
    context.addIssue({ code: 'custom', message, path });
  }
  if (gpus === 1 && gpuMilli === 0)
    context.addIssue({ code: 'custom', message: 'expected more than 0 of the one GPU', path });
});

/** Without tasks, a benchmark gives those of its workload. */
const fgd = strict({
  ...TYPED,
  tasks: listOf(task, 'a list of tasks')
    .min(1, wanted('at least one task'))
    .superRefine((tasks, context) => {
      if (tasks.some(({ popularity }) => popularity > 0)) return;
      context.addIssue({ code: 'custom', message: 'some task needs a popularity above 0' });
    })
    .optional(),
}).transform(({ tasks }): FgdArgs => (tasks === undefined ? {} : { tasks }));

export const RESEARCH_SCHEMAS = {
  GPUShare: gpuShare,
  BestFit: largestNode,
  DotProd: largestNode,
  FGD: fgd,
} as const;
