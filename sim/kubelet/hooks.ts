import type { LifecycleHandler, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { drawSpread } from '../random/distribution.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { ContainerRun } from './container-run.ts';
import { podName } from './texts.ts';

export type HookKind = 'postStart' | 'preStop';

/** What a hook comes to: how long it takes, and the exit code of its command. */
export interface HookOutcome {
  readonly takes: Micros;
  readonly code: number;
}

const NO_HOOK: HookOutcome = { takes: 0, code: 0 };

/**
 * How long a hook takes of which no behaviour speaks: what a `sleep` asks for, or the `sleep N` in a command; anything
 * else is done at once.
 */
export function hookDuration(handler: LifecycleHandler | undefined): Micros {
  if (handler === undefined) return 0;
  if (handler.sleep !== undefined) return handler.sleep.seconds * SECOND;
  let seconds = 0;
  const command = handler.exec?.command?.join(' ') ?? '';
  for (const match of command.matchAll(/\bsleep (\d+(?:\.\d+)?)\b/g)) seconds += Number(match[1]);
  return Math.round(seconds * SECOND);
}

/** The hook of this run of a container. `entity`: by which draws for the container are keyed. */
export function hookOutcome(
  run: ContainerRun,
  kind: HookKind,
  random: RandomStream,
  entity: string,
): HookOutcome {
  const handler = run.spec.lifecycle?.[kind];
  if (handler === undefined) return NO_HOOK;
  const behavior = run.behavior[kind];
  // A sleep is the kubelet's own.
  if (handler.sleep !== undefined || behavior === undefined) return { takes: hookDuration(handler), code: 0 };
  const takes = drawSpread(behavior.takes, random.unit(entity, `${kind}#${run.starts}`));
  const fails = behavior.runs === undefined || run.starts <= behavior.runs;
  return { takes, code: fails ? behavior.code : 0 };
}

/** As the kubelet words a hook that failed (`pkg/kubelet/lifecycle/handlers.go`). */
export function hookFailure(
  run: ContainerRun,
  kind: HookKind,
  code: number,
  pod: Pod,
  address: string,
): string {
  const { exec, httpGet } = run.spec.lifecycle?.[kind] ?? {};
  const of = `for Container "${run.spec.name}" in Pod "${podName(pod)}" failed - error:`;
  if (httpGet !== undefined) {
    const server = `${httpGet.host ?? address}:${httpGet.port}`;
    const path = httpGet.path ?? '/';
    const scheme = httpGet.scheme === 'HTTPS' ? 'https' : 'http';
    return (
      `HTTP lifecycle hook (${path}) ${of} Get "${scheme}://${server}${path}": ` +
      `dial tcp ${server}: connect: connection refused`
    );
  }
  const command = exec?.command ?? [];
  return (
    `Exec lifecycle hook ([${command.join(' ')}]) ${of} ` +
    `command '${command.join(' ')}' exited with ${code}: , message: ""`
  );
}
