import type { Fault, FaultOf } from './fault.ts';

/** Two that overlap end each by itself. */
function idOf({ driver, operations, message }: FaultOf<'storage-failure'>): string {
  return JSON.stringify([driver ?? '', operations ?? [], message]);
}

/** What a storage system is asked for fails while it lasts. */
export const storageFailure: Fault<'storage-failure'> = {
  name: 'storage-failure',
  start(world, action) {
    const { driver, operations, message } = action;
    world.storage.fail(idOf(action), { driver, operations, message });
    return [driver ?? 'every driver'];
  },
  end(world, action) {
    world.storage.restore(idOf(action));
  },
};
