import type { Container } from '../../../core/schema/types.generated.ts';
import { SECOND } from '../../../core/time.ts';
import type * as scenario from '../../scenario/scenario.ts';
import { NodeWorld } from './node-world.ts';

/** A time without any spread. */
export function always(seconds: number): scenario.TimeSpread {
  return { p50: seconds * SECOND, p99: seconds * SECOND };
}

/** A node on which every container behaves like this. */
export function behaving(behavior: Omit<scenario.ContainerBehavior, 'match'>, events = false): NodeWorld {
  return new NodeWorld({ behaviors: [{ match: {}, ...behavior }], settings: { events } });
}

export function container(fields: Partial<Container> = {}): Container {
  return { name: 'c', image: 'nginx:1.27', ...fields };
}

export const HTTP = { httpGet: { port: 80, path: '/' } } as const;
