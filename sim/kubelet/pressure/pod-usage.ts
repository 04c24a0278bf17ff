import { podRequests } from '../../../core/kinds/pod/resources.ts';
import { whole } from '../../../core/quantity.ts';
import type { Volume } from '../../../core/schema/types.generated.ts';
import { HOUR, type Micros } from '../../../core/time.ts';
import { idleMemoryAt, isRunning } from '../../traffic/pod-load.ts';
import type { ContainerRun } from '../container-run.ts';
import type { PodPrograms, ProgramListener } from '../program.ts';

/** Bytes that the program of a container has written since it began. */
function diskOf({ behavior: { usage }, startedAt, state }: ContainerRun, now: Micros): number {
  if (usage === undefined || state === 'waiting') return 0;
  const { disk = 0, fillsPerHour = 0 } = usage;
  return disk + Math.round((fillsPerHour * Math.max(0, now - startedAt)) / HOUR);
}

/** Where it writes: an emptyDir on the disk of the node, or its own layer and logs. */
function volumeOf(pod: PodPrograms, run: ContainerRun): Volume | undefined {
  const name = run.behavior.usage?.volume;
  return name === undefined ? undefined : pod.pod.spec.volumes?.find((volume) => volume.name === name);
}

export interface ContainerUsage {
  readonly run: ContainerRun;
  readonly memory: number;
  /** Of its own layer and logs. */
  readonly disk: number;
}

/** What a pod uses of its node at a moment. */
export interface PodUsage {
  readonly containers: readonly ContainerUsage[];
  readonly memory: number;
  readonly disk: number;
  readonly processes: number;
  /** Bytes in emptyDirs, by the volume's name. */
  readonly volumes: ReadonlyMap<string, number>;
  readonly memoryRequest: number;
  readonly diskRequest: number;
}

/** `programs`: who follows requests in flight, where anybody does; else a program uses what it does when idle. */
export function usageOf(pod: PodPrograms, programs: ProgramListener | undefined, now: Micros): PodUsage {
  const containers: ContainerUsage[] = [];
  const volumes = new Map<string, number>();
  let memory = 0;
  let disk = 0;
  let processes = 0;
  for (const [index, run] of pod.containers.entries()) {
    const runs = isRunning(run, now);
    const held = runs ? (programs?.memoryOf?.(pod.uid, index) ?? idleMemoryAt(run, now)) : 0;
    const written = diskOf(run, now);
    const volume = volumeOf(pod, run);
    if (volume?.emptyDir !== undefined) volumes.set(volume.name, (volumes.get(volume.name) ?? 0) + written);
    memory += held;
    disk += written;
    if (runs) processes += 1;
    containers.push({ run, memory: held, disk: volume === undefined ? written : 0 });
  }
  const requests = podRequests(pod.pod);
  const { memory: memoryRequest, ephemeralStorage: diskRequest } = requests;
  return { containers, memory, disk, processes, volumes, memoryRequest, diskRequest };
}

/** What a container's spec says of a resource; 0 where nothing. */
export function amountIn(list: Readonly<Record<string, string | number>> | undefined, name: string): number {
  const quantity = list?.[name];
  return quantity === undefined ? 0 : whole(quantity);
}
