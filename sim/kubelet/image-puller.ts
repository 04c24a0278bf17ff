import type { Micros } from '../../core/time.ts';
import type { ActorContext } from '../actor.ts';
import type { ImageRegistry } from './image-registry.ts';

/** What a pull came to, for the worker that asked. */
export interface PullOutcome {
  readonly error: string | undefined;
  /** Of the pull itself, and with the time in the queue. */
  readonly took: Micros;
  readonly tookWithWaiting: Micros;
}

interface Waiting {
  readonly image: string;
  readonly askedAt: Micros;
  readonly done: (outcome: PullOutcome) => void;
  /** Whoever asked is gone: its answer is not wanted, but a pull that runs goes on. */
  dropped: boolean;
}

/** A request to the puller, for taking it back. */
export type PullTicket = Waiting;

/**
 * A node's images, and the pulls of them: one after the other in the order of the requests
 * (`serializeImagePulls`), or all at once. Images are on disk: a crash of the node keeps them, and loses the
 * pulls under way.
 */
export class ImagePuller {
  private readonly nodeName: string;
  private readonly context: ActorContext;
  private readonly registry: ImageRegistry;
  private readonly serialised: boolean;
  /** In the order of their arrival, which is their value. */
  private readonly images = new Map<string, Micros>();
  private readonly attempts = new Map<string, number>();
  private queue: Waiting[] = [];
  private running = 0;
  private life = 0;
  /** Called when an image arrived that wasn't there. */
  private readonly onNewImage: () => void;

  constructor(
    nodeName: string,
    context: ActorContext,
    registry: ImageRegistry,
    serialised: boolean,
    onNewImage: () => void,
  ) {
    this.nodeName = nodeName;
    this.context = context;
    this.registry = registry;
    this.serialised = serialised;
    this.onNewImage = onNewImage;
  }

  has(image: string): boolean {
    return this.images.has(image);
  }

  get present(): readonly string[] {
    return [...this.images.keys()];
  }

  get arrivals(): readonly { readonly image: string; readonly since: Micros }[] {
    return [...this.images].map(([image, since]) => ({ image, since }));
  }

  remove(image: string): void {
    this.images.delete(image);
  }

  pull(image: string, done: (outcome: PullOutcome) => void): PullTicket {
    const waiting: Waiting = { image, askedAt: this.context.now, done, dropped: false };
    this.queue.push(waiting);
    this.startNext();
    return waiting;
  }

  drop(ticket: PullTicket): void {
    ticket.dropped = true;
  }

  /** Power off: whatever was being pulled is lost. */
  crash(): void {
    this.life += 1;
    this.queue = [];
    this.running = 0;
  }

  private startNext(): void {
    while (this.running === 0 || !this.serialised) {
      const next = this.queue.shift();
      if (next === undefined) return;
      if (!next.dropped) this.start(next);
    }
  }

  private start(waiting: Waiting): void {
    const { image } = waiting;
    const attempt = this.attempts.get(image) ?? 0;
    this.attempts.set(image, attempt + 1);
    const { duration, error } = this.registry.pull(this.nodeName, image, attempt, this.images.has(image));
    const startedAt = this.context.now;
    const life = this.life;
    this.running += 1;
    this.context.after(duration, () => {
      if (life !== this.life) return;
      this.running -= 1;
      if (error === undefined && !this.images.has(image)) {
        this.images.set(image, this.context.now);
        this.onNewImage();
      }
      const now = this.context.now;
      if (!waiting.dropped) {
        waiting.done({ error, took: now - startedAt, tookWithWaiting: now - waiting.askedAt });
      }
      this.startNext();
    });
  }
}
