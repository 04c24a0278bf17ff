import type { Kind } from '../../core/kinds/kind.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Fields } from './clean-object.ts';

/** `app=web,tier=db`; nothing where it says more than that. */
export function labelsOf(selector: string | undefined): readonly (readonly [string, string])[] | undefined {
  if (selector === undefined || selector === '') return [];
  const text = selector
    .replaceAll('%3D', '=')
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/')
    .replaceAll('%3d', '=');
  const pairs: [string, string][] = [];
  for (const part of text.split(',')) {
    const match = /^([^=!]+)==?([^=!]*)$/.exec(part);
    if (match === null) return undefined;
    pairs.push([match[1] ?? '', match[2] ?? '']);
  }
  return pairs;
}

/** Bodies of old clients leave out what the path says. */
export function typed(kind: Kind, body: Fields): Fields {
  return { apiVersion: kind.apiVersion, kind: kind.kind, ...body };
}

/** Whether a controller that there is here made it. */
export function isOwned(object: Fields): boolean {
  const owners = isJsonObject(object.metadata) ? object.metadata.ownerReferences : undefined;
  if (!Array.isArray(owners)) return false;
  return owners.some(
    (owner: unknown) =>
      isJsonObject(owner) &&
      owner.controller === true &&
      kindFor(`${owner.apiVersion}`, `${owner.kind}`) !== undefined,
  );
}
