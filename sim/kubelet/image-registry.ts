import { MILLISECOND, type Micros, SECOND } from '../../core/time.ts';
import { drawBetween, drawSpread } from '../random/distribution.ts';
import type { RandomStream } from '../random/keyed.ts';
import { hexDigest } from './digest.ts';
import { compileWildcard } from './wildcard.ts';

/** An image as the runtime knows it once it is there. */
export interface ImageFacts {
  /** With registry and tag, as containerd reports it in `status.containerStatuses[].image`. */
  readonly reference: string;
  /** `imageID`. */
  readonly id: string;
  readonly sizeBytes: number;
}

/** How a pull ends: after how long, and with which error. */
export interface Pull {
  readonly duration: Micros;
  readonly error: string | undefined;
}

/**
 * First pull of an image on a node. The medians of four real clusters of six nodes lie between 2.2 and 6.2 s,
 * their 90th percentiles between 10 and 17 s; a small image comes in 2 to 6 s.
 */
const PULL_LEAST: Micros = 2 * SECOND;
const PULL_MOST: Micros = 6 * SECOND;
/** A pull whose layers are there already only asks the registry for the manifest. */
const CHECK_LEAST: Micros = 300 * MILLISECOND;
const CHECK_MOST: Micros = 800 * MILLISECOND;
/** A registry that is down refuses the connection. */
const FAILURE_LEAST: Micros = 200 * MILLISECOND;
const FAILURE_MOST: Micros = 1 * SECOND;
/** Compressed sizes of common images lie between 4 MB and some hundred. */
const SIZE_MEDIAN = 60_000_000;
const SIZE_P99 = 600_000_000;

interface Outage {
  readonly pattern: string;
  readonly fits: (image: string) => boolean;
}

function hasTagOrDigest(image: string): boolean {
  return image.includes('@') || image.lastIndexOf(':') > image.lastIndexOf('/');
}

/** `nginx` is `docker.io/library/nginx:latest` (https://pkg.go.dev/github.com/distribution/reference#ParseNormalizedNamed). */
export function normalisedReference(image: string): string {
  const tagged = hasTagOrDigest(image) ? image : `${image}:latest`;
  const slash = tagged.indexOf('/');
  if (slash < 0) return `docker.io/library/${tagged}`;
  const host = tagged.slice(0, slash);
  const isHost = host.includes('.') || host.includes(':') || host === 'localhost';
  return isHost ? tagged : `docker.io/${tagged}`;
}

/** The registries that nodes pull from: one for all nodes, since what is down is down for everybody. */
export class ImageRegistry {
  private readonly random: RandomStream;
  private readonly facts = new Map<string, ImageFacts>();
  private outages: readonly Outage[] = [];

  constructor(random: RandomStream) {
    this.random = random;
  }

  describe(image: string): ImageFacts {
    const known = this.facts.get(image);
    if (known !== undefined) return known;
    const reference = normalisedReference(image);
    const at = reference.indexOf('@');
    const tag = at < 0 ? reference.lastIndexOf(':') : at;
    const digest = at < 0 ? `sha256:${hexDigest(this.random, reference)}` : reference.slice(at + 1);
    const unit = this.random.unit(reference, 'size');
    const facts = {
      reference,
      id: `${reference.slice(0, tag)}@${digest}`,
      sizeBytes: drawSpread({ p50: SIZE_MEDIAN, p99: SIZE_P99 }, unit),
    };
    this.facts.set(image, facts);
    return facts;
  }

  /** What a pull on a node comes to that begins now. `present`: the node has the image, and only checks it. */
  pull(nodeName: string, image: string, attempt: number, present: boolean): Pull {
    const unit = this.random.unit(`${nodeName}/${image}`, `pull#${attempt}`);
    if (this.isDown(image)) {
      return { duration: drawBetween(FAILURE_LEAST, FAILURE_MOST, unit), error: this.failureOf(image) };
    }
    const duration = present
      ? drawBetween(CHECK_LEAST, CHECK_MOST, unit)
      : drawBetween(PULL_LEAST, PULL_MOST, unit);
    return { duration, error: undefined };
  }

  /** Fault: no image that fits the pattern can be pulled, until `restore` with the same pattern. */
  fail(pattern: string): void {
    this.outages = [...this.outages, { pattern, fits: compileWildcard(pattern) }];
  }

  restore(pattern: string): void {
    const index = this.outages.findIndex((outage) => outage.pattern === pattern);
    if (index >= 0) this.outages = this.outages.filter((_, at) => at !== index);
  }

  isDown(image: string): boolean {
    const reference = normalisedReference(image);
    return this.outages.some(({ fits }) => fits(image) || fits(reference));
  }

  /** As containerd words a registry that can't be reached. */
  private failureOf(image: string): string {
    const { reference } = this.describe(image);
    const slash = reference.indexOf('/');
    const host = reference.slice(0, slash);
    const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
    const separator = reference.includes('@') ? '@' : ':';
    const at = separator === '@' ? reference.indexOf('@') : reference.lastIndexOf(':');
    const manifest = `https://${server}/v2/${reference.slice(slash + 1, at)}/manifests/${reference.slice(at + 1)}`;
    return (
      `rpc error: code = Unknown desc = failed to pull and unpack image "${reference}": ` +
      `failed to resolve reference "${reference}": failed to do request: Head "${manifest}": ` +
      `dial tcp: lookup ${server}: connection refused`
    );
  }
}
