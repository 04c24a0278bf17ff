import { existsSync, readFileSync } from 'node:fs';
import type { KubeObject } from '../../core/api/object.ts';
import type { Event } from '../../core/schema/types.generated.ts';

/** What a real control plane (Kubernetes 1.20) wrote and printed, recorded from a watch of one namespace. */
const TIMELINES = new URL('../../../shared/data/oracle/timelines/', import.meta.url);

/** The namespace that was watched. */
export const NAMESPACE = 'tl';

/** A kubectl command of the recording. */
export interface Step {
  /** When it was started, in seconds. */
  readonly t: number;
  readonly command: string;
  readonly stdin?: string;
  readonly stdout: string;
}

/** A watch event, of the recording or of our run. */
export interface Observation {
  /** In seconds since the recording began. */
  readonly t: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The plural of its kind: `pods`. */
  readonly resource: string;
  readonly object: KubeObject;
}

export interface Recording {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly observations: readonly Observation[];
}

export function hasRecordings(): boolean {
  return existsSync(TIMELINES);
}

/** Go writes `null` for what is empty; here an absent field is the one way to say so. */
function withoutNull(_field: string, value: unknown): unknown {
  return value ?? undefined;
}

/** Events about what was recorded before in the same namespace come late: nothing here shows what they are about. */
function isAboutOthers({ resource, object }: Observation, own: ReadonlySet<string | undefined>): boolean {
  return resource === 'events' && !own.has((object as Event).involvedObject.uid);
}

export function readRecording(name: string): Recording {
  const text = (file: string) => readFileSync(new URL(`${name}/${file}`, TIMELINES), 'utf8');
  const observations = text('events.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line, withoutNull) as Observation);
  const own = new Set<string | undefined>(observations.map(({ object }) => object.metadata.uid));
  const kept = observations.filter((observation) => !isAboutOthers(observation, own));
  return { name, steps: JSON.parse(text('steps.json')) as Step[], observations: kept };
}
