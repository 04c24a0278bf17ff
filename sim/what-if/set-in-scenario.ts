import { equalValues } from '../../core/api/equal.ts';
import {
  readDocument,
  SCENARIO_API_VERSION,
  SCENARIO_KIND,
  type ScenarioDocument,
} from '../scenario/document.ts';
import { type Path, pathText, type ScenarioProblem, shown } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { setValue } from '../scenario/set-value.ts';
import { writtenSpec } from '../scenario/written.ts';
import type { SetValue } from './change.ts';

/** The parts of a scenario that a value can be set in. Its objects and its timeline have ways of their own. */
const PARTS = [
  'seed',
  'duration',
  'startTime',
  'cluster',
  'behaviors',
  'traffic',
  'metrics',
  'expect',
] as const;
type Part = (typeof PARTS)[number];

const ELSEWHERE: Readonly<Record<string, string>> = {
  manifests: 'objects are changed with spec.patches, spec.manifests and spec.remove',
  timeline: 'the timeline is changed with spec.timeline: { drop, move, add }',
};

interface SetResult {
  readonly scenario: Scenario;
  readonly problems: readonly ScenarioProblem[];
}

function partOf(path: Path): Part | string {
  const [root, part] = path;
  if (root !== 'spec' || part === undefined) {
    return `expected a path that begins with spec, such as spec.cluster.nodeGroups[0].count, got ${shown(pathText(path))}`;
  }
  const found = PARTS.find((name) => name === part);
  return found ?? ELSEWHERE[`${part}`] ?? `unknown field "${part}"; there are ${PARTS.join(', ')}`;
}

function isPart(text: string): text is Part {
  return (PARTS as readonly string[]).includes(text);
}

/** The values that were set last and lie on a path, or under it. */
function settingAt(settings: readonly SetValue[], path: Path): SetValue | undefined {
  return settings.findLast((setting) => {
    const length = Math.min(setting.path.length, path.length);
    return setting.path.slice(0, length).every((part, index) => String(part) === String(path[index]));
  });
}

/** What stands in the file: the setting, and the rest of the path where it lies inside its value. */
function placeOf(setting: SetValue, path: Path): Path {
  return ['spec', 'set', setting.text, ...path.slice(setting.path.length)];
}

/** Set values as if they had stood in the scenario's file. */
export function setInScenario(scenario: Scenario, settings: readonly SetValue[]): SetResult {
  if (settings.length === 0) return { scenario, problems: [] };
  const problems: ScenarioProblem[] = [];
  const parts = new Set<Part>();
  let raw: unknown = {
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: scenario.name },
    spec: writtenSpec(scenario),
  };
  for (const setting of settings) {
    const path = ['spec', 'set', setting.text];
    const part = partOf(setting.path);
    if (!isPart(part)) {
      problems.push({ path, atKey: true, message: part });
      continue;
    }
    // Null takes a value back, as in a merge patch: it is as if nobody had written it.
    const set = setValue(raw, setting.path, setting.value ?? undefined);
    if ('error' in set) {
      problems.push({ path, atKey: true, message: set.error });
      continue;
    }
    parts.add(part);
    raw = set.document;
  }
  if (problems.length > 0) return { scenario, problems };
  const read = readDocument(raw);
  if (!read.ok) {
    return {
      scenario,
      problems: read.problems.map((problem) => {
        const setting = settingAt(settings, problem.path);
        return setting === undefined
          ? { path: ['spec', 'set'], message: `${pathText(problem.path)}: ${problem.message}` }
          : { ...problem, path: placeOf(setting, problem.path) };
      }),
    };
  }
  return changedParts(scenario, read.document, settings, parts);
}

function changedParts(
  scenario: Scenario,
  document: ScenarioDocument,
  settings: readonly SetValue[],
  parts: ReadonlySet<Part>,
): SetResult {
  // Only the parts that were meant are taken: the others stay what they were.
  const taken = Object.fromEntries([...parts].map((part) => [part, document[part]])) as Partial<Scenario>;
  const idle = [...parts].filter((part) => equalValues(scenario[part], document[part]));
  const problems = settings
    .filter(({ path }) => idle.some((part) => part === path[1]))
    .map(({ text, value }) => ({
      path: ['spec', 'set', text],
      message: `it is ${typeof value === 'object' ? 'so' : String(value)} already in the recorded run`,
    }));
  return { scenario: { ...scenario, ...taken }, problems };
}
