import { MINUTE, type Micros } from '../../../core/time.ts';
import type { Cause } from '../../actor.ts';
import type { KubeletConfiguration } from '../../scenario/kubelet-configuration.ts';
import type { PressureHost } from './host.ts';

/** https://kubernetes.io/docs/concepts/architecture/garbage-collection/#container-image-lifecycle */
const DEFAULT_HIGH = 85;
const DEFAULT_LOW = 80;
const DEFAULT_AGE: Micros = 2 * MINUTE;
/** `ImageGCPeriod` of `pkg/kubelet/kubelet.go`. */
export const IMAGE_GC_PERIOD: Micros = 5 * MINUTE;

/** Removes images that no container of the node uses, the ones unused for longest first. */
export class ImageCollector {
  private readonly host: PressureHost;
  private readonly high: number;
  private readonly low: number;
  private readonly leastAge: Micros;
  private hasFailed = false;
  /** When a container of an image was last seen. */
  private readonly usedAt = new Map<string, Micros>();

  constructor(host: PressureHost, given: KubeletConfiguration = {}) {
    this.host = host;
    this.high = given.imageGCHighThresholdPercent ?? DEFAULT_HIGH;
    this.low = given.imageGCLowThresholdPercent ?? DEFAULT_LOW;
    this.leastAge = given.imageMinimumGCAge ?? DEFAULT_AGE;
  }

  /** The regular round: from the high threshold on, as much as brings the disk to the low one. */
  collect(used: number, capacity: number, cause: Cause): void {
    if (used * 100 < this.high * capacity) {
      this.hasFailed = false;
      return;
    }
    const wanted = used - Math.floor((capacity * this.low) / 100);
    const freed = this.free(wanted, this.leastAge);
    if (freed >= wanted) {
      this.hasFailed = false;
      return;
    }
    const message =
      'Failed to garbage collect required amount of images. ' +
      `Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
    this.host.tellNodeOf('Warning', 'FreeDiskSpaceFailed', message, cause);
    if (this.hasFailed) this.host.tellNodeOf('Warning', 'ImageGCFailed', message, cause);
    this.hasFailed = true;
  }

  /** All that nobody uses, for a node under pressure; bytes that this gave. */
  freeAll(): number {
    return this.free(Number.POSITIVE_INFINITY, 0);
  }

  private free(wanted: number, leastAge: Micros): number {
    const { images, registry, context } = this.host;
    for (const { containers } of this.host.evictablePods()) {
      for (const { spec } of containers) this.usedAt.set(spec.image ?? '', context.now);
    }
    const unused = images.arrivals
      .map(({ image, since }) => ({ image, since, usedAt: this.usedAt.get(image) ?? since }))
      .filter(({ usedAt, since }) => usedAt < context.now && context.now - since >= leastAge)
      .sort((a, b) => a.usedAt - b.usedAt || (a.image < b.image ? -1 : 1));
    let freed = 0;
    for (const { image } of unused) {
      if (freed >= wanted) break;
      images.remove(image);
      freed += registry.describe(image).sizeBytes;
    }
    if (freed > 0) this.host.imagesChanged();
    return freed;
  }
}
