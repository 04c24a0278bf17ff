import { type Path, shown } from '../../sim/scenario/problem.ts';
import { parsePath } from '../../sim/scenario/set-value.ts';
import { parseYamlValue } from '../yaml/parse-yaml.ts';

export type Assignment = { readonly path: Path; readonly value: unknown } | { readonly error: string };

/** `spec.cluster.nodeGroups[0].count=5` (or `nodeGroups.0.count`); the value is YAML. */
export function parseAssignment(text: string): Assignment {
  const equals = text.indexOf('=');
  if (equals <= 0) return { error: `expected path=value, such as spec.seed=7, got ${shown(text)}` };
  const named = parsePath(text.slice(0, equals));
  if ('error' in named) return named;
  const parsed = parseYamlValue(text.slice(equals + 1));
  return 'error' in parsed ? { error: parsed.error } : { path: named.path, value: parsed.value };
}
