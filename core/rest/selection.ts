import type { KubeObject } from '../api/object.ts';
import { badRequest, type Status } from '../api/status.ts';
import type { Kind } from '../kinds/kind.ts';
import { compileRequirements } from '../labels.ts';
import { parseSelector } from '../selector-text.ts';
import { parseFieldSelector } from './field-selector.ts';

/** Which objects a list, a watch or a deletion of many is about. */
export type Selection = (object: KubeObject) => boolean;

const ALL: Selection = () => true;

export function selectionOf(
  kind: Kind,
  apiVersion: string,
  query: Readonly<Record<string, string>>,
): { readonly ok: true; readonly selects: Selection } | { readonly ok: false; readonly status: Status } {
  const checks: Selection[] = [];
  const { labelSelector = '', fieldSelector = '' } = query;
  if (labelSelector !== '') {
    const parsed = parseSelector(labelSelector);
    if (!parsed.ok) {
      return { ok: false, status: badRequest(parsed.error) };
    }
    const fits = compileRequirements(parsed.requirements);
    checks.push((object) => fits(object.metadata.labels));
  }
  if (fieldSelector !== '') {
    const parsed = parseFieldSelector(kind, apiVersion, fieldSelector);
    if (!parsed.ok) return { ok: false, status: badRequest(parsed.error) };
    checks.push(parsed.matches);
  }
  if (checks.length === 0) return { ok: true, selects: ALL };
  return { ok: true, selects: (object) => checks.every((check) => check(object)) };
}
