import { fn, type Library } from '../overload.ts';

/** Kubernetes' library for patches (https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/). */
export const JSON_PATCHES: Library = [
  fn('jsonpatch.escapeKey', '(string) string', ([key], { charge }) => {
    charge((key as string).length / 10);
    return (key as string).replaceAll('~', '~0').replaceAll('/', '~1');
  }),
];
