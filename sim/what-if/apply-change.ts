import { equalValues } from '../../core/api/equal.ts';
import type { NewObject } from '../../core/api/object.ts';
import { mergePatch } from '../../core/api/patching/merge-patch.ts';
import { kindByResource, kindFor } from '../../core/kinds/registry.ts';
import type { Stimulus, StimulusRecord } from '../../core/log/record.ts';
import { closest } from '../../core/text/closest.ts';
import { SECOND } from '../../core/time.ts';
import type { Recording } from '../re-execute.ts';
import { keyOfManifest } from '../scenario/duplicates.ts';
import { readManifest } from '../scenario/manifest.ts';
import type { Path, ScenarioProblem } from '../scenario/problem.ts';
import type { Action, ManifestObject, ObjectTarget, Scenario, TimelineEntry } from '../scenario/scenario.ts';
import { COMES_BY_ITSELF } from '../simulation.ts';
import type { Change, ManifestPatch } from './change.ts';
import { setInScenario } from './set-in-scenario.ts';
import { dropEntries, moveEntries } from './timeline.ts';

/** Manifests of the start are applied here; `Simulation` does so. */
const MANIFESTS_AT = SECOND;

/**
 * What a log says of its run, in a form that changes are made to: the scenario, what it applies at the start, and
 * what was done then. A stimulus that others follow from by itself (the end of a fault) is none.
 */
export interface Plan {
  readonly scenario: Scenario;
  readonly manifests: readonly ManifestObject[];
  /** By time; entries of one moment in the order in which they were done. */
  readonly entries: readonly TimelineEntry[];
}

export type Applied =
  | { readonly ok: true; readonly recording: Recording }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

function isStart(entry: TimelineEntry, scenario: Scenario): boolean {
  return entry.action.op === 'apply' && entry.at === MANIFESTS_AT && entry.source === scenario.name;
}

function planOf({ scenario, stimuli }: Recording): Plan {
  const all = stimuli
    .filter(({ action }) => !COMES_BY_ITSELF.has(action.op))
    .map(({ t, action }): TimelineEntry => {
      // This program wrote the stimulus from an action: its shape is that action's.
      const { source, ...rest } = action as unknown as Action & { readonly source: string };
      return { at: t - scenario.startTime, source, action: rest as Action };
    });
  const start = all.find((entry) => isStart(entry, scenario));
  const manifests = start?.action.op === 'apply' ? start.action.objects : [];
  return { scenario, manifests, entries: all.filter((entry) => entry !== start) };
}

function stimulus(scenario: Scenario, { at, source, action }: TimelineEntry): StimulusRecord {
  const actor = action.op === 'fault' ? 'fault' : 'user';
  const told = { ...action, source } as unknown as Stimulus;
  // Numbers are given anew when it runs; only time, order and what is done are read of it.
  return { type: 'stimulus', rv: 0, t: scenario.startTime + at, cause: 0, actor, action: told };
}

function recordingOf({ scenario, manifests, entries }: Plan, original: Recording): Recording {
  const ran = original.endAt - original.scenario.startTime;
  const span = scenario.duration === original.scenario.duration ? ran : scenario.duration;
  const start: readonly TimelineEntry[] =
    manifests.length === 0
      ? []
      : [{ at: MANIFESTS_AT, source: scenario.name, action: { op: 'apply', objects: manifests } }];
  const timeline = entries.filter(({ at }) => at <= span);
  // A request of a client was done to the run from outside; it is no part of a scenario.
  const written = timeline.filter(({ action }) => action.op !== 'request');
  const changed: Scenario = { ...scenario, manifests, timeline: written };
  return {
    scenario: changed,
    stimuli: [
      {
        type: 'stimulus',
        rv: 1,
        t: changed.startTime,
        cause: 0,
        actor: 'scenario',
        action: { op: 'scenario', scenario: changed },
      },
      ...[...start, ...timeline].map((entry) => stimulus(changed, entry)),
    ],
    endAt: changed.startTime + span,
  };
}

function targetOf(object: NewObject): ObjectTarget | undefined {
  const kind = kindFor(object.apiVersion, object.kind);
  const { namespace, name } = object.metadata;
  if (kind === undefined || name === undefined) return undefined;
  return { resource: kind.resource, ...(namespace === undefined ? {} : { namespace }), name };
}

function sameTarget(a: ObjectTarget | undefined, b: ObjectTarget): boolean {
  return a !== undefined && a.resource === b.resource && a.name === b.name && a.namespace === b.namespace;
}

function targetText({ resource, namespace, name }: ObjectTarget): string {
  const word = kindByResource(resource)?.singular ?? resource;
  return `${word}/${namespace === undefined || namespace === 'default' ? '' : `${namespace}/`}${name}`;
}

function allObjects({ manifests, entries }: Plan): readonly ManifestObject[] {
  return [...manifests, ...entries.flatMap(({ action }) => (action.op === 'apply' ? action.objects : []))];
}

const NAMED_MAX = 12;

/** What the run applies, in words, with what was perhaps meant. */
function thereIs(plan: Plan, target: ObjectTarget): string {
  const names = [
    ...new Set(
      allObjects(plan).flatMap(({ object }) => {
        const found = targetOf(object);
        return found === undefined ? [] : [targetText(found)];
      }),
    ),
  ].sort();
  if (names.length === 0) return 'it applies no objects at all';
  const near = closest(targetText(target), names);
  if (near !== undefined) return `did you mean ${near}?`;
  const more = names.length > NAMED_MAX ? `, and ${names.length - NAMED_MAX} more` : '';
  return `there are ${names.slice(0, NAMED_MAX).join(', ')}${more}`;
}

type Edit = (object: ManifestObject) => ManifestObject | undefined;

/** Edits every object that is applied, and leaves out what nothing is left of. */
function editObjects(plan: Plan, edit: Edit): Plan {
  const edited = (objects: readonly ManifestObject[]) => objects.flatMap((object) => edit(object) ?? []);
  return {
    ...plan,
    manifests: edited(plan.manifests),
    entries: plan.entries.flatMap((entry) => {
      if (entry.action.op !== 'apply') return [entry];
      const objects = edited(entry.action.objects);
      return objects.length === 0 ? [] : [{ ...entry, action: { ...entry.action, objects } }];
    }),
  };
}

class Applier {
  readonly problems: ScenarioProblem[] = [];
  plan: Plan;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  problem(path: Path, message: string): void {
    this.problems.push({ path: ['spec', ...path], message });
  }

  remove(target: ObjectTarget, index: number): void {
    const before = this.plan;
    let count = 0;
    const without = editObjects(before, (object) => {
      if (!sameTarget(targetOf(object.object), target)) return object;
      count += 1;
      return undefined;
    });
    if (count === 0) {
      const message = `${targetText(target)} is never applied in the recorded run: ${thereIs(before, target)}`;
      this.problem(['remove', index], message);
      return;
    }
    // What would have been done to it is left out with it.
    const entries = without.entries.filter(
      ({ action }) => !('target' in action) || !sameTarget(action.target, target),
    );
    this.plan = { ...without, entries };
  }

  replace(manifest: ManifestObject, index: number): void {
    const key = keyOfManifest(manifest.object);
    let found = 0;
    let changed = 0;
    const replaced = editObjects(this.plan, (object) => {
      if (keyOfManifest(object.object) !== key) return object;
      found += 1;
      if (equalValues(object.object, manifest.object)) return object;
      changed += 1;
      return manifest;
    });
    if (found === 0) this.plan = { ...this.plan, manifests: [...this.plan.manifests, manifest] };
    else if (changed > 0) this.plan = replaced;
    else this.problem(['manifests', index], `${key} is the same as in the recorded run (${manifest.source})`);
  }

  patch({ target, patch }: ManifestPatch, index: number): void {
    let found = 0;
    let changed = 0;
    const patched = editObjects(this.plan, (object) => {
      if (!sameTarget(targetOf(object.object), target)) return object;
      found += 1;
      const merged = this.merged(object, patch, index);
      if (equalValues(merged.object, object.object)) return object;
      changed += 1;
      return merged;
    });
    if (found === 0) {
      const message = `${targetText(target)} is never applied in the recorded run: ${thereIs(this.plan, target)}`;
      this.problem(['patches', index, 'target'], message);
    } else if (changed > 0) {
      this.plan = patched;
    } else if (this.problems.length === 0) {
      const message = `${targetText(target)} is so already: the patch changes nothing`;
      this.problem(['patches', index, 'patch'], message);
    }
  }

  private merged({ source, object }: ManifestObject, patch: unknown, index: number): ManifestObject {
    // As JSON: what a patch has removed is not there.
    const raw: unknown = JSON.parse(JSON.stringify(mergePatch(object, patch)));
    const read = readManifest(raw);
    if (read.ok) return { source, object: read.object };
    for (const { path, message, atKey } of read.problems) {
      this.problems.push({
        path: ['spec', 'patches', index, 'patch', ...path],
        ...(atKey === undefined ? {} : { atKey }),
        message,
      });
    }
    return { source, object };
  }
}

/** Make a change to a recorded run. Every part of it has to change something: what doesn't is a problem. */
export function applyChange(recording: Recording, change: Change): Applied {
  const applier = new Applier(planOf(recording));
  for (const [index, target] of change.remove.entries()) applier.remove(target, index);
  for (const [index, manifest] of change.manifests.entries()) applier.replace(manifest, index);
  for (const [index, patch] of change.patches.entries()) applier.patch(patch, index);

  const dropped = dropEntries(applier.plan.entries, change.drop);
  const moved = moveEntries(dropped.entries, change.move, recording.endAt - recording.scenario.startTime);
  const entries = [...moved.entries, ...change.add]
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => a.entry.at - b.entry.at || a.index - b.index)
    .map(({ entry }) => entry);

  const set = setInScenario(applier.plan.scenario, change.set);
  const problems = [...applier.problems, ...dropped.problems, ...moved.problems, ...set.problems];
  if (problems.length > 0) return { ok: false, problems };
  const plan: Plan = { ...applier.plan, scenario: set.scenario, entries };
  const changed = recordingOf(plan, recording);
  const span = changed.endAt - changed.scenario.startTime;
  const late = change.add.findIndex(({ at }) => at > span);
  if (late >= 0) {
    const message = 'is after the end of the recorded run: give spec.duration a longer time under set';
    return { ok: false, problems: [{ path: ['spec', 'timeline', 'add', late, 'at'], message }] };
  }
  return { ok: true, recording: changed };
}
