import type {
  CsiBackend,
  CsiDriverModel,
  CsiOperation,
  CsiOutcome,
} from '../../controllers/storage/csi/driver.ts';
import { defaultDriver } from '../../controllers/storage/csi/driver.ts';
import type { Micros } from '../../core/time.ts';
import type { FaultStorage, StorageTrouble } from '../faults/fault.ts';
import { drawSpread } from '../random/distribution.ts';
import type { RandomStream } from '../random/keyed.ts';

/** The storage systems of a cluster, each behind its CSI driver. */
export class StorageSystems implements CsiBackend, FaultStorage {
  readonly installed: readonly CsiDriverModel[];
  private readonly random: RandomStream;
  private readonly drivers = new Map<string, CsiDriverModel>();
  private readonly troubles = new Map<string, StorageTrouble>();

  constructor(declared: readonly CsiDriverModel[], random: RandomStream) {
    this.installed = declared;
    this.random = random;
    for (const driver of declared) this.drivers.set(driver.name, driver);
  }

  driver(name: string): CsiDriverModel {
    let known = this.drivers.get(name);
    if (known === undefined) {
      known = defaultDriver(name);
      this.drivers.set(name, known);
    }
    return known;
  }

  /** Operations that begin from now on fail, until the same text is given back. */
  fail(id: string, trouble: StorageTrouble): void {
    this.troubles.set(id, trouble);
  }

  restore(id: string): void {
    this.troubles.delete(id);
  }

  operation(
    driver: CsiDriverModel,
    operation: CsiOperation,
    entity: string,
    attempt: number,
    _now: Micros,
  ): CsiOutcome {
    const spread = driver.times[operation];
    // Most that take no time at all are asked for with each pod that has a claim.
    const takes =
      spread.p99 === 0 ? 0 : drawSpread(spread, this.random.unit(entity, `${operation}#${attempt}`));
    for (const { driver: name, operations, message } of this.troubles.values()) {
      if (name !== undefined && name !== driver.name) continue;
      if (operations !== undefined && !operations.includes(operation)) continue;
      return { takes, error: message };
    }
    return { takes };
  }
}
