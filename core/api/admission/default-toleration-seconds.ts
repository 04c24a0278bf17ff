import type { Pod, PodSpec, Toleration } from '../../schema/types.generated.ts';
import type { NewObject } from '../object.ts';
import { type AdmissionPlugin, withSpec } from './admission.ts';

/** `--default-not-ready-toleration-seconds`, `--default-unreachable-toleration-seconds`: 300 each. */
const DEFAULT_TOLERATION_SECONDS = 300;

const NOT_READY: Toleration = {
  key: 'node.kubernetes.io/not-ready',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
};

const UNREACHABLE: Toleration = {
  key: 'node.kubernetes.io/unreachable',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
};

function covers(toleration: Toleration, key: string): boolean {
  const ofKey = toleration.key === key || toleration.key === undefined || toleration.key === '';
  const ofEffect = toleration.effect === 'NoExecute' || toleration.effect === undefined;
  return ofKey && ofEffect;
}

const memo = new WeakMap<PodSpec, PodSpec>();

function withTolerations(spec: PodSpec): PodSpec {
  const known = memo.get(spec);
  if (known !== undefined) return known;
  const own = spec.tolerations ?? [];
  const added = [NOT_READY, UNREACHABLE].filter(
    (extra) => !own.some((toleration) => covers(toleration, extra.key as string)),
  );
  const next = added.length === 0 ? spec : { ...spec, tolerations: [...own, ...added] };
  memo.set(spec, next);
  return next;
}

/** Every pod tolerates a node that is not ready, or unreachable, for five minutes, unless it says otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (kind) => kind.resource === 'pods',
  admit: (object) => {
    const pod = object as NewObject<Pod>;
    if (pod.spec === undefined) return object;
    const spec = withTolerations(pod.spec);
    return spec === pod.spec ? object : withSpec(object, spec);
  },
};
