import type {
  ContainerStatus,
  JobSpec,
  Pod,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicy,
} from '../../core/schema/types.generated.ts';
import { countCommon, countIndexes, type Indexes, parseIndexes } from './job-indexes.ts';

/** What the pod failure policy makes of a failed pod. */
export interface FailureVerdict {
  /** Whether the failure counts against the limits. */
  readonly counts: boolean;
  readonly action: PodFailurePolicyRule['action'] | undefined;
  /** Why the whole Job is to fail. */
  readonly failJob?: string;
}

const COUNTS: FailureVerdict = { counts: true, action: undefined };

function fitsExitCode(
  statuses: readonly ContainerStatus[] | undefined,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  return statuses?.find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode;
    if (exitCode === undefined || exitCode === 0) return false;
    if (containerName !== undefined && containerName !== name) return false;
    return values.includes(exitCode) === (operator === 'In');
  });
}

function fitsCondition(
  pod: Pod,
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
): string | undefined {
  return pod.status.conditions?.find(({ type, status }) =>
    patterns.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status),
  )?.type;
}

/** Why a rule fits the pod, or `undefined`. */
function match(pod: Pod, rule: PodFailurePolicyRule, place: number): string | undefined {
  const { namespace, name } = pod.metadata;
  const { action, onExitCodes, onPodConditions } = rule;
  if (onExitCodes !== undefined) {
    const { containerStatuses, initContainerStatuses } = pod.status;
    const container =
      fitsExitCode(containerStatuses, onExitCodes) ?? fitsExitCode(initContainerStatuses, onExitCodes);
    if (container === undefined) return undefined;
    const exitCode = container.state?.terminated?.exitCode;
    return `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${exitCode} matching ${action} rule at index ${place}`;
  }
  const type = onPodConditions === undefined ? undefined : fitsCondition(pod, onPodConditions);
  return type === undefined
    ? undefined
    : `Pod ${namespace}/${name} has condition ${type} matching ${action} rule at index ${place}`;
}

/** The first rule that fits decides (https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy). */
export function failureVerdict({ podFailurePolicy }: JobSpec, pod: Pod): FailureVerdict {
  if (podFailurePolicy === undefined) return COUNTS;
  for (const [place, rule] of podFailurePolicy.rules.entries()) {
    const message = match(pod, rule, place);
    if (message === undefined) continue;
    const { action } = rule;
    if (action === 'FailJob') return { counts: true, action, failJob: message };
    return { counts: action !== 'Ignore', action };
  }
  return COUNTS;
}

/** Which rule of the success policy is met, in words (https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy). */
export function successMessage(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: Indexes,
): string | undefined {
  if (policy === undefined || succeeded.length === 0) return undefined;
  const place = policy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) {
      return succeededCount !== undefined && countIndexes(succeeded) >= succeededCount;
    }
    const wanted = parseIndexes(succeededIndexes, completions);
    return countCommon(succeeded, wanted) >= (succeededCount ?? countIndexes(wanted));
  });
  return place < 0 ? undefined : `Matched rules at index ${place}`;
}
