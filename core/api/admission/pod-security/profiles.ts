import {
  containersOf,
  containersText,
  distinct,
  type Inspect,
  isSetSomewhere,
  namesWhere,
  quoted,
  setInContexts,
  settersText,
} from './check.ts';

/** Controls that the baseline and the restricted level share. */

export const procMount: Inspect = (pod) => {
  const isOther = (mount: string | undefined): mount is string => mount !== undefined && mount !== 'Default';
  const names = namesWhere(pod, ({ securityContext }) => isOther(securityContext?.procMount));
  if (names.length === 0) return undefined;
  const all: readonly (string | undefined)[] = containersOf(pod).map(
    ({ securityContext }) => securityContext?.procMount,
  );
  const mounts = distinct(all.filter(isOther));
  return {
    reason: 'procMount',
    detail: `${containersText(names)} must not set securityContext.procMount to ${quoted(mounts)}`,
  };
};

export function isAllowedSeccomp(type: string): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

/** A seccomp profile that is set is one of those that are allowed. */
export const allowedSeccomp: Inspect = (pod) => {
  const set = setInContexts(pod, ({ seccompProfile }) =>
    seccompProfile === undefined || isAllowedSeccomp(seccompProfile.type) ? [] : [seccompProfile.type],
  );
  if (!isSetSomewhere(set)) return undefined;
  const setters = settersText(set.isPod, set.containers);
  return {
    reason: 'seccompProfile',
    detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(set.values)}`,
  };
};
