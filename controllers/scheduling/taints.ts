import type { Taint, Toleration } from '../../core/schema/types.generated.ts';

const INTEGER = /^-?\d{1,15}$/;

function compares(operator: 'Gt' | 'Lt', tainted: string, tolerated: string): boolean {
  if (!INTEGER.test(tainted) || !INTEGER.test(tolerated)) return false;
  return operator === 'Gt' ? Number(tainted) > Number(tolerated) : Number(tainted) < Number(tolerated);
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect, key, operator, value } = toleration;
  if (effect !== undefined && effect !== taint.effect) return false;
  const anyKey = key === undefined || key === '';
  if (!anyKey && key !== taint.key) return false;
  switch (operator) {
    case 'Exists':
      return true;
    case 'Gt':
    case 'Lt':
      return compares(operator, taint.value ?? '', value ?? '');
    default:
      // An empty key stands for all keys with `Exists` alone.
      return !anyKey && (value ?? '') === (taint.value ?? '');
  }
}

export function anyTolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  if (tolerations === undefined) return false;
  for (const toleration of tolerations) if (tolerates(toleration, taint)) return true;
  return false;
}

/** The first taint that keeps a pod from being scheduled on the node. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
): Taint | undefined {
  if (taints === undefined) return undefined;
  for (const taint of taints) {
    if (taint.effect !== 'PreferNoSchedule' && !anyTolerates(tolerations, taint)) return taint;
  }
  return undefined;
}
