import type { NewObject } from '../../core/api/object.ts';

/** What makes an object of a manifest one and no other, in words: `Deployment shop/web`. */
export function keyOfManifest(object: NewObject): string {
  const { namespace, name = '' } = object.metadata;
  const group = object.apiVersion.includes('/')
    ? object.apiVersion.slice(0, object.apiVersion.indexOf('/'))
    : '';
  // Two groups may have a kind of one name (Event).
  const kind = group === '' || group === 'apps' ? object.kind : `${object.kind}.${group}`;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
