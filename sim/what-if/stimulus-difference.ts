import type { StimulusRecord } from '../../core/log/record.ts';
import { changeText, fieldChanges } from '../diff/fields.ts';
import { keyOfManifest } from '../scenario/duplicates.ts';
import type { ManifestObject } from '../scenario/scenario.ts';

function objectsOf({ action }: StimulusRecord): ReadonlyMap<string, ManifestObject> {
  // This program wrote the stimulus from an action: its shape is that action's.
  const objects = action.op === 'apply' ? (action.objects as readonly ManifestObject[]) : [];
  return new Map(objects.map((object) => [keyOfManifest(object.object), object]));
}

/** In what two applications of objects differ, a line each: what the one has more, and fields of those that both have. */
export function stimulusDifference(before: StimulusRecord, after: StimulusRecord): readonly string[] {
  if (before.action.op !== 'apply' || after.action.op !== 'apply') return [];
  const lefts = objectsOf(before);
  const rights = objectsOf(after);
  const lines: string[] = [];
  for (const [key, { object }] of lefts) {
    const other = rights.get(key);
    if (other === undefined) lines.push(`${key} is left out`);
    else for (const change of fieldChanges(object, other.object)) lines.push(`${key}: ${changeText(change)}`);
  }
  for (const key of rights.keys()) if (!lefts.has(key)) lines.push(`${key} is added`);
  return lines;
}
