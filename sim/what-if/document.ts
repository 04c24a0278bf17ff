import { z } from 'zod';
import { SCENARIO_API_VERSION } from '../scenario/document.ts';
import type { Path, ScenarioProblem } from '../scenario/problem.ts';
import { NO_FILES, Resolver, type ScenarioSources } from '../scenario/resolve.ts';
import { parseName } from '../scenario/resource-name.ts';
import type { FaultName, ObjectTarget } from '../scenario/scenario.ts';
import { FAULTS } from '../scenario/schema/faults.ts';
import {
  anyObject,
  dnsSubdomain,
  duration,
  listOf,
  oneOf,
  strict,
  text,
  wanted,
} from '../scenario/schema/fields.ts';
import { timelineEntry, VERBS } from '../scenario/schema/timeline.ts';
import { readBySchema } from '../scenario/schema-problems.ts';
import { parsePath } from '../scenario/set-value.ts';
import type { Change, EntrySelector, SetValue } from './change.ts';

export const CHANGE_KIND = 'Change';

const NAME_FORM = 'kind/name or kind/namespace/name, such as deployment/web';

const target = text(NAME_FORM).transform((name, context): ObjectTarget => {
  const parsed = parseName(name);
  if ('error' in parsed) {
    context.issues.push({ code: 'custom', message: parsed.error, input: name });
    return z.NEVER;
  }
  const { kind, namespace } = parsed;
  return { resource: kind.resource, ...(namespace === undefined ? {} : { namespace }), name: parsed.name };
});

const FAULT_NAMES = Object.keys(FAULTS) as [FaultName, ...FaultName[]];
const SELECTOR_FORM = 'at, fault, action or source, such as { fault: node-crash }';

const which = {
  at: duration.optional().describe('When it is, since the start of the run.'),
  fault: oneOf(FAULT_NAMES).optional().describe('Which fault it is.'),
  action: oneOf(VERBS).optional().describe('What it does.'),
  source: text('where it was written, such as shop.yaml:31').optional().describe('Where it was written.'),
};

function selector(
  given: { readonly [Field in keyof EntrySelector]?: EntrySelector[Field] | undefined },
  context: z.core.$RefinementCtx<unknown>,
): EntrySelector {
  const { at, fault, action, source } = given;
  if (at === undefined && fault === undefined && action === undefined && source === undefined) {
    context.issues.push({ code: 'custom', message: `expected ${SELECTOR_FORM}`, input: undefined });
    return z.NEVER;
  }
  return {
    ...(at === undefined ? {} : { at }),
    ...(fault === undefined ? {} : { fault }),
    ...(action === undefined ? {} : { action }),
    ...(source === undefined ? {} : { source }),
  };
}

const drop = strict(which, SELECTOR_FORM).transform(selector);
const move = strict(
  { ...which, to: duration.describe('When instead; others that fit keep their distance to the first.') },
  'what to move, and to when: { fault: node-crash, to: 12m }',
).transform(({ to, ...given }, context) => ({ which: selector(given, context), to }));

const timeline = strict(
  {
    drop: listOf(drop, 'a list of entries').default([]).describe('Left out.'),
    move: listOf(move, 'a list of entries').default([]).describe('At another time.'),
    add: listOf(timelineEntry, 'a list of entries').default([]).describe('As in the timeline of a scenario.'),
  },
  'a change of the timeline: { drop, move, add }',
);

const set = z
  .record(z.string(), z.unknown(), wanted('paths and values, such as { spec.duration: 1h }'))
  .transform((given, context): readonly SetValue[] =>
    Object.entries(given).flatMap(([name, value]) => {
      const parsed = parsePath(name);
      if ('error' in parsed) {
        context.issues.push({ code: 'custom', message: parsed.error, input: name, path: [name] });
        return [];
      }
      return [{ text: name, path: parsed.path, value }];
    }),
  );

const spec = strict(
  {
    manifests: listOf(
      z.union([z.string(), anyObject], wanted('a file, a folder or an object')),
      'a list of files, folders and objects',
    )
      .default([])
      .describe(
        'Take the place of objects of the same kind and name wherever they are applied; new ones come at the start.',
      ),
    remove: listOf(target, 'a list of names').default([]).describe('Objects that are never applied.'),
    patches: listOf(
      strict({ target, patch: anyObject }, 'a patch: { target: deployment/web, patch: { … } }'),
      'a list of patches',
    )
      .default([])
      .describe('JSON merge patches (RFC 7386) of objects wherever they are applied.'),
    set: set.default([]).describe('Values of the scenario, by path.'),
    timeline: timeline.default({ drop: [], move: [], add: [] }),
  },
  'the spec of a change',
);

const documentSchema = strict(
  {
    apiVersion: z.literal(SCENARIO_API_VERSION, wanted(SCENARIO_API_VERSION)),
    kind: z.literal(CHANGE_KIND, wanted(CHANGE_KIND)),
    metadata: strict({ name: dnsSubdomain }, 'metadata with a name'),
    spec,
  },
  'a change',
);

export type ReadChange =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

const PARTS = ['manifests', 'remove', 'patches', 'set', 'timeline'];

/** From a parsed file to a change that can be made. */
export function readChange(raw: unknown, sources: ScenarioSources = NO_FILES): ReadChange {
  const read = readBySchema(documentSchema, raw);
  if (!read.ok) return read;
  const { metadata, spec: given } = read.value;
  const resolver = new Resolver(sources);
  const path = (...rest: Path): Path => ['spec', ...rest];
  const manifests = resolver.objects(given.manifests, (index) => path('manifests', index), undefined);
  const add = given.timeline.add.map((entry, index) => resolver.entry(entry, path('timeline', 'add', index)));
  if (!resolver.isComplete) return { ok: false, problems: resolver.problems };
  const { remove, patches, timeline: times } = given;
  const change: Change = {
    name: metadata.name,
    manifests,
    remove,
    patches,
    set: given.set,
    drop: times.drop,
    move: times.move,
    add,
  };
  const isEmpty = [manifests, remove, patches, given.set, times.drop, times.move, add].every(
    ({ length }) => length === 0,
  );
  if (!isEmpty) return { ok: true, change };
  const message = `changes nothing: give at least one of ${PARTS.join(', ')}`;
  return { ok: false, problems: [{ path: path(), message }] };
}
