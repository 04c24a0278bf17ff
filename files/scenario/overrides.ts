import { isJsonObject } from '../../core/schema/decoding.ts';
import { type Path, pathText } from '../../sim/scenario/problem.ts';
import { setValue, valueAt } from '../../sim/scenario/set-value.ts';
import type { FileProblem } from '../problem.ts';
import { parseAssignment } from './set-value.ts';

/** What the command line changes in a scenario. Texts are as the person typed them: the schema checks them. */
export interface Overrides {
  readonly seed?: string | number;
  /** The run's duration: `30m`. */
  readonly for?: string | number;
  /** Nodes of the one node group. */
  readonly nodes?: string | number;
  /** `spec.cluster.nodeGroups[0].count=5`. */
  readonly set?: readonly string[];
}

/** A value that the command line set, so that a problem with it names the option and not the file. */
export interface Override {
  readonly option: string;
  readonly path: Path;
}

export interface Overridden {
  readonly document: unknown;
  readonly overrides: readonly Override[];
  readonly problems: readonly FileProblem[];
}

function asNumber(value: string | number): string | number {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

const GROUPS: Path = ['spec', 'cluster', 'nodeGroups'];

/** The parsed document of a scenario with the command line's changes. Later ones win, `--set` last. */
export function applyOverrides(raw: unknown, given: Overrides): Overridden {
  let document = raw;
  const overrides: Override[] = [];
  const problems: FileProblem[] = [];
  const set = (option: string, path: Path, value: unknown): void => {
    const result = setValue(document, path, value);
    if ('error' in result) {
      problems.push({ file: option, path: pathText(path), message: result.error });
      return;
    }
    document = result.document;
    overrides.push({ option, path });
  };

  if (given.seed !== undefined) set(`--seed ${given.seed}`, ['spec', 'seed'], asNumber(given.seed));
  if (given.for !== undefined) set(`--for ${given.for}`, ['spec', 'duration'], given.for);
  if (given.nodes !== undefined) {
    const option = `--nodes ${given.nodes}`;
    const groups = valueAt(document, GROUPS);
    const count = asNumber(given.nodes);
    if (Array.isArray(groups) && groups.length > 1) {
      const message = `the scenario has ${groups.length} node groups: say which one with --set spec.cluster.nodeGroups[0].count=${given.nodes}`;
      problems.push({ file: option, message });
    } else if (!Array.isArray(groups) || groups.length === 0) {
      set(option, GROUPS, [{ name: 'node', count }]);
    } else {
      set(option, [...GROUPS, 0, 'count'], count);
      const [group] = groups as readonly unknown[];
      // The bounds give way: who asks for so many nodes wants them.
      for (const bound of ['min', 'max'] as const) {
        const value = isJsonObject(group) ? group[bound] : undefined;
        const isPassed = bound === 'min' ? Number(value) > Number(count) : Number(value) < Number(count);
        if (value !== undefined && isPassed) set(option, [...GROUPS, 0, bound], count);
      }
    }
  }
  for (const text of given.set ?? []) {
    const assignment = parseAssignment(text);
    if ('error' in assignment) problems.push({ file: `--set ${text}`, message: assignment.error });
    else set(`--set ${text}`, assignment.path, assignment.value);
  }
  return { document, overrides, problems };
}

/** The option that set what is wrong at a path, if one did. */
export function optionAt(overrides: readonly Override[], path: Path): string | undefined {
  const found = overrides.findLast((override) =>
    override.path.every((part, index) => String(path[index]) === String(part)),
  );
  return found?.option;
}
