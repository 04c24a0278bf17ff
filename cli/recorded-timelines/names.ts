import type { Observation } from './recording.ts';

/** Replaces what is drawn in names: by owner and order for ReplicaSets; the pods of one owner are one another's like. */
export type Alias = (text: string) => string;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `nodeOffset`: our nodes are counted from 1, the hollow ones from 0. */
export function aliasesOf(observations: readonly Observation[], nodeOffset: number): Alias {
  const hashes: string[] = [];
  const revisions: string[] = [];
  const owners = new Set<string>();
  for (const { resource, object } of observations) {
    if (resource === 'jobs' || resource === 'daemonsets') owners.add(object.metadata.name);
    if (resource === 'controllerrevisions') {
      const revision = object.metadata.name.slice(object.metadata.name.lastIndexOf('-') + 1);
      if (!revisions.includes(revision)) revisions.push(revision);
    }
    const hash = object.metadata.labels?.['pod-template-hash'];
    if (resource === 'replicasets' && hash !== undefined && !hashes.includes(hash)) hashes.push(hash);
  }
  return (text) => {
    let result = text;
    hashes.forEach((hash, index) => {
      const alias = `RS${index + 1}`;
      result = result
        .replace(new RegExp(`${escaped(hash)}-[a-z0-9]{5}(?![a-z0-9])`, 'g'), `${alias}-POD`)
        .replace(new RegExp(`${escaped(hash)}(?![a-z0-9])`, 'g'), alias);
    });
    revisions.forEach((revision, index) => {
      result = result.replace(new RegExp(`\\b${escaped(revision)}\\b`, 'g'), `REVISION${index + 1}`);
    });
    for (const owner of owners) {
      result = result.replace(
        new RegExp(`\\b${escaped(owner)}-[a-z0-9]{5}(?![a-z0-9])`, 'g'),
        `${owner}-POD`,
      );
    }
    return result.replace(/hollow-(\d)/g, (_all, digit) => `hollow-${Number(digit) - nodeOffset}`);
  };
}
