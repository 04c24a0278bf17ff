import { type Fields, type ObjectException, pod, removed, some } from './object-exception.ts';

const LATER_LABELS = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

/** The labels by which a Job knows its pods, wherever they stand. */
function withoutLaterLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let is = false;
  for (const [key, inner] of Object.entries(value)) {
    if (LATER_LABELS.includes(key)) is = removed(value, key);
    else is = withoutLaterLabels(inner) || is;
  }
  return is;
}

/** What Jobs and their pods have today that 1.20 had not. */
export const JOB_EXCEPTIONS: readonly ObjectException[] = [
  {
    reason: 'the labels of a Job have a prefix since 1.27, beside the old ones',
    resources: ['jobs', 'pods'],
    side: 'ours',
    edit: withoutLaterLabels,
  },
  {
    reason: 'pods of a Job carry a finalizer until they are counted since 1.23 (KEP-2307)',
    resources: ['pods'],
    side: 'ours',
    edit: pod(({ metadata }) => {
      const { finalizers } = metadata as { finalizers?: readonly string[] };
      const is = finalizers?.includes('batch.kubernetes.io/job-tracking') ?? false;
      return is && removed(metadata, 'finalizers');
    }),
  },
  {
    reason:
      'and their uids are in the status until then; ready and terminating pods are counted since 1.24 and 1.28',
    resources: ['jobs'],
    side: 'ours',
    edit: ({ status }) =>
      some(
        ['uncountedTerminatedPods', 'ready', 'terminating'].map((field) => removed(status as Fields, field)),
      ),
  },
  {
    reason:
      'fields of later versions have defaults: completionMode, suspend, manualSelector, podReplacementPolicy',
    resources: ['jobs'],
    side: 'ours',
    edit: ({ metadata, spec }) =>
      some([
        removed(metadata as Fields, 'generation'),
        ...['completionMode', 'suspend', 'manualSelector', 'podReplacementPolicy'].map((field) =>
          removed(spec as Fields, field),
        ),
      ]),
  },
  {
    reason: 'the selector asks for the label with its prefix',
    resources: ['jobs'],
    side: 'recorded',
    edit: ({ spec }) =>
      removed((spec as { selector?: { matchLabels?: object } }).selector?.matchLabels, 'controller-uid'),
  },
  {
    reason:
      'what happens to pods is gathered for a second since 1.23: none is seen gone before the next is there',
    resources: ['jobs'],
    side: 'recorded',
    edit: ({ status }) => {
      const counts = status as { active?: number };
      const is = counts.active === 1;
      if (is) counts.active = 2;
      return is;
    },
  },
];
