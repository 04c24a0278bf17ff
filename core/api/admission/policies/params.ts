import { kindIn } from '../../../kinds/custom/lookup.ts';
import type { Kind } from '../../../kinds/kind.ts';
import { compileSelector } from '../../../labels.ts';
import type { ParamKind, ParamRef } from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import { type KubeObject, objectKey } from '../../object.ts';
import type { Attributes } from '../webhooks/call.ts';

/** The objects that a binding hands its policy (apiserver `policy/generic` `CollectParams`). */
export type Params =
  | {
      /** One evaluation each; `undefined` for the one without. */ readonly params: readonly (
        | KubeObject
        | undefined
      )[];
    }
  | { readonly problem: string };

const NONE: Params = { params: [undefined] };
const NOT_FOUND =
  'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction';

export function paramsOf(
  paramKind: ParamKind | undefined,
  ref: ParamRef | undefined,
  { namespace = '', kind: matched }: Attributes,
  view: View,
): Params {
  if (paramKind === undefined || ref === undefined) return NONE;
  const { apiVersion = '', kind: name = '' } = paramKind;
  const kind = kindIn(view, apiVersion, name);
  if (kind === undefined) {
    return {
      problem: `failed to configure policy: failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`,
    };
  }
  if (!kind.namespaced && ref.namespace !== undefined && ref.namespace !== '') {
    return {
      problem:
        'failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`',
    };
  }
  // A Namespace is in itself for other purposes, not for this one.
  const own = matched.namespaced ? namespace : '';
  const place = kind.namespaced ? ref.namespace || own : undefined;
  if (place === '') {
    return {
      problem:
        'failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    };
  }
  const found = selected(ref, view, kind, place);
  if (found.length === 0 && ref.parameterNotFoundAction !== 'Allow') return { problem: NOT_FOUND };
  return { params: found };
}

function selected(
  { name, selector }: ParamRef,
  view: View,
  kind: Kind,
  place: string | undefined,
): readonly KubeObject[] {
  if (name !== undefined && name !== '') {
    const one = view.getByKey(kind, objectKey(place, name));
    return one === undefined ? [] : [one];
  }
  const matches = compileSelector(selector ?? {});
  return view.list(kind, place).filter(({ metadata }) => matches(metadata.labels));
}
